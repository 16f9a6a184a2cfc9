"""Alternatives that do the same work run in turn, and their medians are compared.

A bench is a generator: it prepares, yields one Race, and clears up after it:

    @bench("a", "One post at a time")
    def single_posts(site: Site) -> Iterator[Race]:
        with something_running(site) as something:
            yield Race(
                {"ours": something.run, "by hand": something.run_by_hand},
                targets=[Target("ours by hand", ratio("ours", "by hand", "posts/s"), at_least=0.5)],
            )

Modules of `tests.bench.benches` are imported by the runner, so a bench only has to be there.
"""

import random
import statistics
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.bench.site import Site

Figures = Mapping[str, float]
"""What one round of one alternative gave: measure ("posts/s", "p99 ms") → figure."""

Run = Callable[[float], Figures]
"""Runs one alternative once, for about so many seconds; work of a fixed size ignores them."""

Medians = Mapping[str, Figures]
"""By alternative."""

_WARM_UP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to be reached, worked out from the medians; exactly one bound is given."""

    what: str
    value: Callable[[Medians], float]
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""

    def reached(self, value: float) -> bool:
        """Whether the value keeps to the bound."""
        if self.at_least is not None:
            return value >= self.at_least
        return self.at_most is None or value < self.at_most


@dataclass(frozen=True, slots=True)
class Race:
    """What runs in turn.

    `notes` say what a reader must know to judge the comparison, `missing` (alternative → reason)
    what could not take part. `closing_notes` is called when all rounds are over.
    """

    alternatives: Mapping[str, Run]
    targets: Sequence[Target] = ()
    notes: Sequence[str] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    closing_notes: Callable[[], Sequence[str]] = tuple
    warm_up: bool = True


@dataclass(frozen=True, slots=True)
class Bench:
    """A registered bench; several may share a letter."""

    letter: str
    title: str
    prepare: Callable[[Site], Iterator[Race]]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a bench; `fault` is the error when it broke."""

    bench: Bench
    medians: Medians = field(default_factory=dict)
    verdicts: Sequence[tuple[Target, float]] = ()
    notes: Sequence[str] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None


BENCHES: list[Bench] = []


def bench(
    letter: str, title: str
) -> Callable[[Callable[[Site], Iterator[Race]]], Callable[[Site], Iterator[Race]]]:
    """Register a bench under a letter, by which `ONLY=` chooses."""

    def register(prepare: Callable[[Site], Iterator[Race]]) -> Callable[[Site], Iterator[Race]]:
        BENCHES.append(Bench(letter, title, prepare))
        return prepare

    return register


def ratio(ours: str, theirs: str, measure: str) -> Callable[[Medians], float]:
    """How many times the measure of one alternative is that of another."""
    return lambda medians: medians[ours][measure] / medians[theirs][measure]


def figure(name: str, measure: str) -> Callable[[Medians], float]:
    """A median as it is."""
    return lambda medians: medians[name][measure]


def run_bench(chosen: Bench, site: Site, *, say: Callable[[str], None]) -> Result:
    """Prepare and run one bench; whatever breaks is in the result and stops no other bench."""
    say(f"{chosen.letter}. {chosen.title}: preparing")
    try:
        with contextmanager(chosen.prepare)(site) as race:
            medians = _medians(race, site, say)
            verdicts = [(target, target.value(medians)) for target in race.targets]
            notes = [*race.notes, *race.closing_notes()]
            return Result(chosen, medians, verdicts, notes, race.missing)
    except Exception as error:  # noqa: BLE001 - reported, and the command fails in the end
        say(traceback.format_exc())
        return Result(chosen, fault="".join(traceback.format_exception_only(error))[:500])


def _medians(race: Race, site: Site, say: Callable[[str], None]) -> Medians:
    if race.warm_up:
        for run in race.alternatives.values():
            run(min(_WARM_UP_SECONDS, site.seconds))
    rounds: dict[str, list[Figures]] = {name: [] for name in race.alternatives}
    for number in range(1, site.rounds + 1):
        # Whatever else the machine is doing must not meet the same alternative every time.
        names = random.sample(list(rounds), len(rounds))
        for name in names:
            began = time.monotonic()
            figures = race.alternatives[name](site.seconds)
            rounds[name].append(figures)
            shown = ", ".join(f"{value:.4g} {measure}" for measure, value in figures.items())
            say(f"   {number}/{site.rounds} {name}: {shown} ({time.monotonic() - began:.1f} s)")
    return {
        name: {
            measure: statistics.median(figures[measure] for figures in given)
            for measure in given[0]
        }
        for name, given in rounds.items()
    }
