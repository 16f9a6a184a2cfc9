"""Notice to mend, deduction, appeal: standing alone moves, and only when everything was kept."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from app.claims import queries, service
from app.claims.domain.states import Decision
from app.claims.models import Claim, MendNotice
from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import DomainError
from app.kit.month import Month
from app.ledger.domain.accounts import (
    Address,
    household_pending,
    household_spendable,
    household_standing,
)
from app.ledger.queries import balances, checker
from app.notices import service as notices
from app.notices.domain import NoticePeriod
from app.notices.models import Notice
from app.web.transaction import run_in_transaction
from tests.claims import rivals
from tests.factories.activities import at
from tests.factories.claims import (
    DAY,
    ClaimVillage,
    adopt_deduction,
    decide,
    deduct,
    make_claim_village,
    notify,
    open_deduction,
    submit,
)
from tests.factories.people import member_token
from tests.support.clients import ApiClient, PageClient
from tests.support.ring import Fight

_DAY_MINUTES = 24 * 60
AFTER = 8 * _DAY_MINUTES
"""Minutes after the start: the day after the seven to mend."""


@pytest.fixture
def strict(village: ClaimVillage) -> ClaimVillage:
    """The village with a deduction in its rule book."""
    adopt_deduction(village)
    return village


def _refused(work: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        work()
    db.session.rollback()
    return refusal.value


def _held(village: ClaimVillage, name: str) -> list[int]:
    """Standing, pending and spendable points of a household, in tenths."""
    wanted: list[Address] = [
        make(village.village_id, village.household_of(name))
        for make in (household_standing, household_pending, household_spendable)
    ]
    found = balances(wanted)
    return [found.get(address, 0) for address in wanted]


def _appeal(village: ClaimVillage, claim: Claim, *, actor_id: int = 7) -> Claim:
    return run_in_transaction(
        lambda: service.appeal(
            village_id=village.village_id,
            claim_id=claim.id,
            statement="那天已经清走了",
            actor_id=actor_id,
        )
    )


def test_only_standing_is_taken_and_only_after_the_days_to_mend(strict: ClaimVillage) -> None:
    claim = submit(strict, "BZ01", "王大山", whole=True)
    for by in list(strict.reviewers.values())[:2]:
        decide(strict, claim, by)
    assert _held(strict, "王大山") == [100, 100, 0]
    notice = notify(strict, "王大山")
    assert notice.due_on == DAY + timedelta(days=7)
    refusal = _refused(lambda: open_deduction(strict, notice))
    assert (refusal.code, refusal.facts) == ("mend_notice_running", {"last_day": "2026-10-19"})
    with at(7 * _DAY_MINUTES):
        assert _refused(lambda: open_deduction(strict, notice)).code == "mend_notice_running"
    with at(AFTER):
        done = deduct(strict, notice)
        assert (done.state, done.granted, done.award_id) == ("approved", 20, None)
        assert done.appeal_until == date(2026, 10, 27)
        assert _refused(lambda: open_deduction(strict, notice)).code == "deduction_opened"
        assert (
            _refused(
                lambda: service.mark_mended(
                    village_id=strict.village_id, notice_id=notice.id, actor_id=1
                )
            ).code
            == "deduction_opened"
        )
    assert _held(strict, "王大山") == [80, 100, 0]
    assert checker.check() == []
    with db.engine.begin() as connection:
        connection.execute(update(Claim).where(Claim.id == done.id).values(granted=30))
    db.session.rollback()
    (fault,) = checker.check()
    assert f"claim {done.id} and entry {done.entry_id} do not say the same" in fault.detail


def test_what_was_mended_costs_nothing(strict: ClaimVillage) -> None:
    notice = notify(strict, "王大山")
    with at(AFTER):
        run_in_transaction(
            lambda: service.mark_mended(
                village_id=strict.village_id, notice_id=notice.id, actor_id=1
            )
        )
        assert _refused(lambda: open_deduction(strict, notice)).code == "mend_notice_mended"
    assert _held(strict, "王大山") == [0, 0, 0]


def test_who_gave_the_notice_reviews_nothing_and_nothing_is_asked_back(
    strict: ClaimVillage,
) -> None:
    worker = strict.staff(Role.GRID_WORKER)
    notice = run_in_transaction(
        lambda: service.issue_mend_notice(
            village_id=strict.village_id,
            rule_code="KF91",
            household_id=strict.household_of("王大山"),
            member_id=None,
            shortcoming=service.Shortcoming(DAY, "门口堆了建筑垃圾", 7),
            actor_id=worker,
        )
    )
    with at(AFTER):
        claim = open_deduction(strict, notice)
        assert _refused(lambda: decide(strict, claim, worker)).code == "reviewer_submitted"
        assert (
            _refused(lambda: decide(strict, claim, worker, Decision.ASK_BACK, "为什么？")).code
            == "deduction_not_asked_back"
        )
    earn = _refused(
        lambda: service.issue_mend_notice(
            village_id=strict.village_id,
            rule_code="PA01",
            household_id=strict.household_of("王大山"),
            member_id=None,
            shortcoming=service.Shortcoming(DAY, "门口", 7),
            actor_id=worker,
        )
    )
    assert earn.code == "rule_not_deductible"
    assert _refused(lambda: submit(strict, "KF91", "王大山")).code == "rule_not_claimable"


def test_the_cap_of_a_deduction_counts_what_was_deducted(strict: ClaimVillage) -> None:
    """Three points a month: two, then one, then nothing; what was given back counts no more."""
    with at(AFTER):
        taken = [deduct(strict, _given_before(strict)) for _ in range(3)]
        assert [claim.granted for claim in taken] == [20, 10, 0]
        assert (taken[2].entry_id, taken[2].appeal_until) == (None, None)
        cut = queries.story(strict.village_id, taken[1]).cut
        assert cut is not None
        assert cut.facts["granted_tenths"] == 10
        assert _refused(lambda: _appeal(strict, taken[2])).code == "claim_not_appealable"
        _uphold(strict, _appeal(strict, taken[0]))
        assert deduct(strict, _given_before(strict)).granted == 20
    assert _held(strict, "王大山") == [-30, 0, 0]
    assert checker.check() == []


def _given_before(village: ClaimVillage) -> MendNotice:
    with at(0):
        return notify(village, "王大山")


def _uphold(village: ClaimVillage, claim: Claim) -> None:
    for by in list(village.reviewers.values())[2:]:
        decide(village, claim, by)


def test_an_upheld_appeal_is_a_reversal_by_another_panel(strict: ClaimVillage) -> None:
    notice = notify(strict, "王大山")
    with at(AFTER):
        claim = deduct(strict, notice)
        first = next(iter(strict.reviewers.values()))
        _appeal(strict, claim)
        assert queries.undecided_count(strict.village_id) == 1
        assert _refused(lambda: decide(strict, claim, first)).code == "reviewer_decided_elsewhere"
        assert queries.waiting_for(strict.village_id, strict.staff(Role.GRID_WORKER)) == []
        _uphold(strict, claim)
        assert (claim.state, claim.granted) == ("overturned", 20)
        assert _refused(lambda: _appeal(strict, claim)).code == "claim_not_appealable"
    assert _held(strict, "王大山") == [0, 0, 0]
    assert checker.check() == []
    with db.engine.begin() as connection:
        connection.execute(update(Claim).values(reversal_entry_id=None))
    db.session.rollback()
    (fault,) = checker.check()
    assert "which nobody in claims knows" in fault.detail


def test_an_appeal_has_its_days_and_may_fail(strict: ClaimVillage) -> None:
    notice, other = notify(strict, "王大山"), notify(strict, "陈桂兰")
    with at(AFTER):
        claim, late = deduct(strict, notice), deduct(strict, other)
    with at(AFTER + 7 * _DAY_MINUTES):
        _appeal(strict, claim)
        # The quorum of two is out of reach of the one who is left.
        decide(strict, claim, strict.reviewers["评议员丙"], Decision.REFUSE, "照片上还在")
        assert (claim.state, claim.reversal_entry_id) == ("confirmed", None)
    with at(AFTER + 8 * _DAY_MINUTES):
        refusal = _refused(lambda: _appeal(strict, late))
        assert (refusal.code, refusal.facts) == ("appeal_too_late", {"last_day": "2026-10-27"})
    assert _held(strict, "王大山") == [-20, 0, 0]


def test_two_deciding_an_appeal_at_once_reverse_once(each_app: Flask, fight: Fight) -> None:
    village = make_claim_village(quorum=1)
    adopt_deduction(village)
    with at(0):
        notices_given = [notify(village, name) for name in ("王大山", "陈桂兰", "赵建国")]
    reviewers = list(village.reviewers.values())
    claims = []
    with at(AFTER):
        for notice in notices_given:
            claim = open_deduction(village, notice)
            decide(village, claim, village.staff(Role.GRID_WORKER))
            decide(village, claim, reviewers[0])
            claims.append(_appeal(village, claim).id)
    ways = fight(rivals.approve_the_same_claims, village.village_id, claims, reviewers[1:3], 2)
    for one, other in zip(*ways, strict=True):
        assert sorted((one, other)) == ["claim_moved_on", "overturned"]
    assert _held(village, "王大山") == [0, 0, 0]
    assert checker.check() == []


def test_the_reason_of_a_deduction_is_on_no_public_list(
    app: Flask, page_client: Callable[[str | None], PageClient], strict: ClaimVillage
) -> None:
    """The month is closed with a claim undecided, which then goes on in the next."""
    claim = submit(strict, "PA02", "王大山")
    mending = notify(strict, "王大山")
    month = Month(2026, 10)
    with at(AFTER):
        deduct(strict, mending)
        refusal = _refused(
            lambda: notices.close_month(village_id=strict.village_id, month=month, actor_id=1)
        )
        assert (refusal.code, refusal.facts["claims"]) == ("month_has_open_matters", 1)
        published = run_in_transaction(lambda: _publish(strict.village_id, month))
        assert published.content
        public = page_client(None).get(f"/n/{published.public_code}")
        assert public.status_code == 200
        for told in (published.content, public.text):
            assert "王" in told
            assert "乱堆乱放" not in told
            assert "建筑垃圾" not in told
        done = decide(strict, claim, strict.staff(Role.GRID_WORKER))
    assert (done.state, done.granted) == ("approved", 20)
    assert checker.check() == []


def _publish(village_id: int, month: Month) -> Notice:
    notice = notices.close_month(village_id=village_id, month=month, actor_id=1, reason="等证明")
    period = NoticePeriod.starting(clock.today() + timedelta(days=1), 7)
    return notices.publish_notice(
        village_id=village_id,
        notice_id=notice.id,
        period=period,
        actor_id=1,
    )


def test_the_api_from_notice_to_appeal(app: Flask, strict: ClaimVillage) -> None:
    places = strict.branch.places
    organiser = ApiClient(app, places.token(Role.ORGANISER))
    villager = ApiClient(app, member_token(strict.village_id, strict.member("王大山"), "王大山"))
    neighbour = ApiClient(app, member_token(strict.village_id, strict.member("陈桂兰"), "陈桂兰"))
    body = {
        "rule_code": "KF91",
        "household_id": str(strict.household_of("王大山")),
        "occurred_on": str(DAY),
        "statement": "门口堆了建筑垃圾",
        "days": 7,
    }
    assert organiser.post("/mend-notices", {**body, "days": 0}).status_code == 422
    notice = organiser.post("/mend-notices", body).get_json()
    assert notice["due_on"] == "2026-10-19"
    path = f"/mend-notices/{notice['id']}"
    early = organiser.post(f"{path}/deduction")
    assert early.get_json()["error"]["code"] == "mend_notice_running"
    assert [each["id"] for each in villager.get("/me/mend-notices").get_json()] == [notice["id"]]
    assert neighbour.get("/me/mend-notices").get_json() == []
    stranger = ApiClient(app, places.token(Role.ORGANISER, "shishan"))
    assert stranger.post(f"{path}/mended").status_code == 404
    assert villager.post(f"{path}/mended").status_code == 403
    with at(AFTER):
        organiser = ApiClient(app, places.token(Role.ORGANISER))
        claim = organiser.post(f"{path}/deduction").get_json()
        assert (claim["kind"], claim["waits_at"]) == ("deduction", "grid")
        db.session.rollback()
        found = queries.claim(strict.village_id, int(claim["id"]))
        for by in (strict.staff(Role.GRID_WORKER), *list(strict.reviewers.values())[:2]):
            decide(strict, found, by)
        appeal = {"statement": "那天已经清走了"}
        assert neighbour.post(f"/me/claims/{claim['id']}/appeal", appeal).status_code == 404
        appealed = villager.post(f"/me/claims/{claim['id']}/appeal", appeal).get_json()
        assert (appealed["state"], appealed["path"], appealed["round"]) == (
            "appealed",
            ["panel"],
            2,
        )
        assert organiser.get("/mend-notices").get_json()[0]["deduction_id"] == claim["id"]
