"""The results as one page of Markdown."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.frame import Medians, Result, Target
from tests.bench.site import Site


def markdown(results: Sequence[Result], machine: Mapping[str, str], site: Site) -> str:
    """The whole page: the machine, every bench, and all targets together."""
    method = (
        f"Medians of {site.rounds} rounds of about {site.seconds:g} s; the alternatives of a bench"
        " run in turn, in a new order every round. A ratio is that of two medians."
    )
    lines = [
        "# Benches",
        "",
        method,
        "",
        *_table(["machine", ""], [[name, value] for name, value in machine.items()]),
    ]
    for result in results:
        lines += ["", f"## {result.bench.letter}. {result.bench.title}", "", *_section(result)]
    lines += ["", "## Targets", "", *_targets([v for found in results for v in found.verdicts])]
    return "\n".join(lines) + "\n"


def _section(result: Result) -> Iterator[str]:
    if result.fault is not None:
        yield from ("BROKEN:", "", "```", result.fault.rstrip(), "```")
        return
    yield from _figures(result.medians, result.missing)
    if result.notes:
        yield ""
        yield from (f"- {note}" for note in result.notes)
    if result.verdicts:
        yield ""
        yield from _targets(result.verdicts)


def _figures(medians: Medians, missing: Mapping[str, str]) -> list[str]:
    measures = list(dict.fromkeys(name for figures in medians.values() for name in figures))
    rows = [
        [name, *(_number(figures.get(measure)) for measure in measures)]
        for name, figures in medians.items()
    ]
    rows += [[name, f"not run: {reason}"] for name, reason in missing.items()]
    return _table(["", *measures], rows)


def _targets(verdicts: Sequence[tuple[Target, float]]) -> list[str]:
    rows = []
    for target, value in verdicts:
        bound = f"≥ {target.at_least:g}" if target.at_least is not None else f"< {target.at_most:g}"
        rows.append(
            [
                target.what,
                f"{_number(value)} {target.unit}".rstrip(),
                f"{bound} {target.unit}".rstrip(),
                "reached" if target.reached(value) else "NOT REACHED",
            ]
        )
    return _table(["target", "measured", "bound", ""], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; rows shorter than the head are filled up."""
    filled = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *filled)]


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
