"""The load that is on while something breaks, and what must hold afterwards."""

from collections.abc import Sequence

from tests.fire.caller import Step
from tests.fire.crowd import Call, Crowd
from tests.fire.reckoning import (
    UNDECIDED,
    assert_sums,
    is_post,
    ledger_findings,
    reckon,
    recorded,
    unanswered,
)
from tests.fire.village import Village, make_village

CALLERS = 8
_SALES_EACH = 6
_TENTHS_EACH = 200
_GRANTS_A_SALE = 2
_ROUNDS_MAX = 20


def make_busy_village() -> Village:
    """A till for every caller, a household for every sale; needs an application context."""
    village = make_village(
        tills=CALLERS, households=CALLERS * _SALES_EACH, tenths_each=_TENTHS_EACH
    )
    village.sign_in()
    return village


def busy_steps(village: Village) -> list[list[Step]]:
    """Each caller sells to households of its own, with grants to the one budget in between."""
    parts: list[list[Step]] = []
    numbers = sorted(village.cards)
    for caller, till in enumerate(village.tills):
        steps: list[Step] = []
        for turn, number in enumerate(numbers[caller::CALLERS]):
            steps += village.sale(till, number, quantity=1 + turn % 3)
            steps += [village.grant(100 + 10 * turn + n) for n in range(_GRANTS_A_SALE)]
        parts.append(steps)
    return parts


def repeat_until_answered(port: int, crowd: Crowd, calls: Sequence[Call]) -> list[Call]:
    """Send every post whose fate is unknown again, with its key, until each has an answer that
    lasts; returns these answers.
    """
    answers: list[Call] = []
    for _ in range(_ROUNDS_MAX):
        if not calls:
            return answers
        got = crowd.do(port, [[call.step for call in calls[n::CALLERS]] for n in range(CALLERS)])
        answers += got
        calls = unanswered(got)
    raise AssertionError(f"no answer after {_ROUNDS_MAX} rounds: {calls}")


def assert_kept(port: int, crowd: Crowd, village: Village, calls: Sequence[Call]) -> None:
    """Every acknowledged post is there once, nothing else is, and what was unanswered converges
    when it is repeated; needs an application context on the database.
    """
    assert not (losses := reckon(calls)), losses
    assert ledger_findings() == []
    told = [call for call in calls if is_post(call) and call.status == 201]
    answers = repeat_until_answered(port, crowd, [*unanswered(calls), *told[::5]])
    everything = [*calls, *answers]
    assert not (losses := reckon(everything)), losses
    assert {key for key, _, _ in recorded()} == {
        call.key for call in everything if is_post(call) and call.status == 201
    }
    assert {call.outcome for call in answers} <= {"201", "scan_ended", *UNDECIDED}
    first = {call.key: call.answer for call in told}
    for call in answers:
        if call.key in first and call.status == 201:
            assert call.answer == first[call.key]
            assert call.headers["Idempotent-Replay"] == "true"
    assert_sums(village, everything, spendable_before=_TENTHS_EACH * len(village.cards))
    assert ledger_findings() == []
