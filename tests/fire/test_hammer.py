"""Sixteen devices at once against the web server as production runs it, on each database:
nothing is lost, negative, double, or refused without a reason that a caller can act on.
"""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from app.activities import queries as activity_queries
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import queries
from app.ledger.domain.accounts import branch_budget
from tests.fire.arena import CALLERS, EARNERS, TENTHS_EACH, Arena
from tests.fire.caller import Step
from tests.fire.village import SEAT_PRICE, SOAP_PRICE, new_key

IN_FLIGHT = "same_request_in_flight"


def test_the_same_household_at_sixteen_tills(arena: Arena) -> None:
    """It can pay two baskets of three; whoever is not first is told why."""
    village, basket = arena.village, 8
    tries = [
        [step for _ in range(3) for step in village.sale(till, "0001", quantity=basket)]
        for till in village.tills
    ]
    sales = [call for call in arena.at_once(tries) if call.key]
    outcomes = Counter(call.outcome for call in sales)
    # The pause of five seconds may lie between two sales of a slow server.
    assert outcomes["201"] in (1, 2)
    assert outcomes.keys() <= {"201", "redemption_too_soon", "insufficient_points"}
    assert len(sales) == 3 * CALLERS
    assert arena.spendable("0001") == TENTHS_EACH - outcomes["201"] * basket * SOAP_PRICE


def test_the_last_pieces(arena: Arena) -> None:
    village = arena.village
    lamp_id = village.add_good("台灯", price=Tenths(50), pieces=5)
    buyers = [f"{number:04d}" for number in range(2, 2 + CALLERS)]
    sales = arena.at_once(
        [
            village.sale(till, buyer, good_id=lamp_id)
            for till, buyer in zip(village.tills, buyers, strict=True)
        ]
    )
    outcomes = Counter(call.outcome for call in sales if call.key)
    assert outcomes == {"201": 5, "insufficient_stock": CALLERS - 5}
    assert arena.on_shelf(lamp_id) == 0
    receipts = sorted(
        call.answer["receipt_number"] for call in sales if call.status == 201 and call.key
    )
    assert all(later == earlier + 1 for earlier, later in pairwise(receipts))
    assert sum(arena.spendable(buyer) for buyer in buyers) == CALLERS * TENTHS_EACH - 5 * 50


def test_the_same_balance(arena: Arena) -> None:
    """The budget reaches for ten of sixteen activities that are approved at once."""
    village = arena.village
    seats = queries.balance(branch_budget(village.id)) // (10 * SEAT_PRICE)
    left = queries.balance(branch_budget(village.id)) - 10 * seats * SEAT_PRICE
    planned = [
        village.plan_session(clock.now() + timedelta(days=1), seats=seats, approved=False)
        for _ in range(CALLERS)
    ]
    approvals = arena.at_once(
        [
            [
                {
                    "path": f"/activities/{ids.activity}/approval",
                    "token": village.president,
                    "key": new_key(),
                }
            ]
            for ids in planned
        ]
    )
    assert Counter(call.outcome for call in approvals) == {"200": 10, "branch_budget_short": 6}
    assert queries.balance(branch_budget(village.id)) == left
    grants = arena.at_once(
        [[village.grant(1000 + number) for _ in range(4)] for number in range(CALLERS)]
    )
    assert Counter(call.outcome for call in grants) == {"201": 4 * CALLERS}
    granted = sum(4 * (1000 + number) for number in range(CALLERS))
    assert queries.balance(branch_budget(village.id)) == left + granted


def test_the_same_key(arena: Arena) -> None:
    """One outcome: its answer, or that it is being worked on, and from then on its answer."""
    village = arena.village
    scanned, sale = village.sale(village.tills[0], "0018", quantity=2)
    (scan,) = arena.at_once([[scanned]])
    sale = {**sale, "path": sale["path"].format(**scan.answer)}
    before = queries.balance(branch_budget(village.id))
    grant = village.grant(770)
    calls = arena.at_once([[sale, grant, sale, grant]] * CALLERS)
    calls += arena.at_once([[sale, grant]])
    for wish in (sale, grant):
        twins = [call for call in calls if call.key == wish["key"]]
        assert {call.outcome for call in twins} <= {"201", IN_FLIGHT}
        done = [call for call in twins if call.status == 201]
        assert len({call.text for call in done}) == 1
        assert sum("Idempotent-Replay" not in call.headers for call in done) == 1
        assert all("Retry-After" in call.headers for call in twins if call.outcome == IN_FLIGHT)
        assert twins[-1].headers["Idempotent-Replay"] == "true"
    assert arena.spendable("0018") == TENTHS_EACH - 2 * SOAP_PRICE
    assert queries.balance(branch_budget(village.id)) == before + 770


def test_the_same_card(arena: Arena) -> None:
    """Sixteen organisers scan one card, each twice, under keys of their own."""
    village = arena.village
    session_id = village.plan_session(clock.now(), seats=5, approved=True).session
    scans = arena.at_once(
        [[village.check_in(session_id, "0019") for _ in range(2)] for _ in range(CALLERS)]
    )
    levels = Counter(call.answer["level"] for call in scans)
    assert levels == {"ok": 1, "wait": 2 * CALLERS - 1}
    assert len(activity_queries.attendances(session_id)) == 1


def test_closing_months_against_500_requests(arena: Arena) -> None:
    """Grants and check-ins come twice, as from a phone that heard nothing; sales once. Meanwhile
    a session and three months are closed: every post is in one month, whole.
    """
    village = arena.village
    # Each caller repeats what its neighbour sends.
    first, second = (
        village.plan_session(clock.now(), seats=40, approved=True).session for _ in range(2)
    )
    others = [_devices_steps(arena, number, first, second) for number in range(1, CALLERS)]
    others = [
        _mixed(
            own,
            [step for step in neighbours if step["path"] != "/scans" and "{" not in step["path"]],
        )
        for own, neighbours in zip(others, others[1:] + others[:1], strict=True)
    ]
    closing: Step = {"path": f"/activity-sessions/{first}/closing", "token": village.organiser}
    month = Month.parse(arena.open_month())
    president: list[Step] = []
    for _ in range(3):
        president += [village.grant(110) for _ in range(5)]
        president += [village.close(month)]
        month = month.next
    president += [closing]
    assert len(president) + sum(len(steps) for steps in others) >= 500

    before = arena.pending()
    calls = arena.at_once([president, *others])
    assert {call.outcome for call in calls} <= {"200", "201", IN_FLIGHT, "session_closed"}
    assert Counter(call.outcome for call in calls if call.step["path"] == "/notices") == {"201": 3}
    assert arena.open_month() == str(month)
    for session_id in (first, second):
        (again,) = arena.at_once(
            [[{**closing, "path": f"/activity-sessions/{session_id}/closing"}]]
        )
        assert again.outcome == "200"
    came = {
        (call.step["path"], call.step["body"]["code"])
        for call in calls
        if call.outcome == "200" and call.step["path"].endswith("/scans")
    }
    assert arena.pending() == before + len(came) * SEAT_PRICE


def test_reversing_against_settling(arena: Arena) -> None:
    """Half of those who earned in the settled month were not there after all."""
    village = arena.village
    settlement: Step = {
        "path": f"/notices/{arena.notice_id}/settlement",
        "token": village.president,
    }
    wrong = EARNERS[: len(EARNERS) // 2]
    corrections = [
        {
            "path": f"/activity-sessions/{arena.earned_session_id}/corrections",
            "token": village.organiser,
            "key": new_key(),
            "body": {
                "member_id": str(village.member_id(number)),
                "attended": False,
                "reason": "那天没有来",
            },
        }
        for number in wrong
        for _ in range(2)
    ]
    settlements = [{**settlement, "key": new_key()} for _ in range(CALLERS - len(corrections))]
    before = {number: arena.spendable(number) for number in EARNERS}
    calls = arena.at_once([[step] for step in _mixed(corrections, settlements)])
    assert Counter(call.outcome for call in calls) == {
        "200": len(settlements),
        "201": len(wrong),
        "correction_changes_nothing": len(wrong),
    }
    for number in EARNERS:
        gained = 0 if number in wrong else SEAT_PRICE
        assert arena.spendable(number) == before[number] + gained


def _devices_steps(arena: Arena, number: int, first: int, second: int) -> list[Step]:
    """What one device sends: grants, check-ins to both sessions, and two sales."""
    village = arena.village
    households = [f"{20 + 2 * (number - 1) + n:04d}" for n in range(2)]
    steps = [village.grant(10 * number + n) for n in range(11)]
    steps += [
        village.check_in(session_id, household)
        for household in households
        for session_id in (first, second)
    ]
    return steps + [
        step for household in households for step in village.sale(village.tills[number], household)
    ]


def _mixed(one: list[Step], other: list[Step]) -> list[Step]:
    """Both, taking turns for as long as both last."""
    short = min(len(one), len(other))
    pairs = zip(one[:short], other[:short], strict=True)
    return [step for pair in pairs for step in pair] + one[short:] + other[short:]
