"""October in a village where cards fly, one phone serves many, and paper is typed in."""

from datetime import timedelta
from functools import partial

from app.activities import service as activities
from app.activities.domain.check_in import Source
from app.claims.domain.states import Decision
from app.kit import clock
from app.web.transaction import run_in_transaction
from tests.factories.activities import START, at, check_in, close, make_session
from tests.factories.claims import ClaimVillage, decide, make_claim_village, submit

EVERYBODY = ("王大山", "李秀英", "陈桂兰", "赵建国", "孙梅", "赵小军")


def make_busy_village() -> ClaimVillage:
    """A month in which much stands out, and some that does not; needs an application context."""
    with at(-3 * 24 * 60):
        village = make_claim_village()
    branch = village.branch
    sessions = [make_session(branch, seats=9, drop_in=True) for _ in range(4)]
    scanned, own, typed, slow = sessions
    for number, name in enumerate(EVERYBODY):
        with clock.stopped_at(START + timedelta(seconds=number)):
            check_in(branch, scanned, name)
        with clock.stopped_at(START + timedelta(seconds=3 * number)):
            check_in(branch, slow, name)
    with at(1):
        for name in EVERYBODY[::2]:
            phone = partial(
                activities.check_in,
                village_id=branch.village_id,
                session_id=own.id,
                member_id=branch.member(name),
                source=Source.ROTATING_CODE,
                actor_id=1,
                phone_digest=b"x" * 32,
            )
            run_in_transaction(phone)
    with at(65):
        for name in EVERYBODY:
            check_in(branch, typed, name, source=Source.PAPER)
    for session in sessions:
        close(branch, session)
    _review_claims(village)
    return village


def _review_claims(village: ClaimVillage) -> None:
    """Six claims for each of two households; 乙 looks at all of them after an hour and a half."""
    first, second, third = village.reviewers.values()
    for name, by in (("王大山", first), ("陈桂兰", third)):
        for _ in range(6):
            with at(100):
                claim = submit(village, "BZ01", name, whole=True)
            with at(130):
                decide(village, claim, by)
            with at(190):
                decide(village, claim, second)
    with at(100):
        claim = submit(village, "BZ01", "赵建国", whole=True)
    with at(110):
        decide(village, claim, third, Decision.ASK_BACK, "请补一张照片")
