"""Five in a hundred of the credits, drawn by the seal, looked at again and never changed."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from app.activities import queries as activities
from app.claims import queries as claims
from app.extensions import db
from app.identity.access import SESSION_COOKIE
from app.identity.domain import Role
from app.kit.errors import Conflict
from app.kit.month import Month
from app.ledger import queries as books
from app.notices import service as notices
from app.people import service as people
from app.rulebook import queries as rulebook
from app.supervision import queries, service
from app.supervision.models import Recheck
from app.web.transaction import run_in_transaction
from tests.claims.test_inspections import finish
from tests.factories.activities import at
from tests.factories.claims import ClaimVillage, make_claim_village
from tests.supervision.village import make_busy_village
from tests.support.clients import ApiClient, PageClient
from tests.support.live_server import serve
from tests.support.page_checks import page_faults

LIST = "/supervision/2026-10/rechecks"
TOWN = "/town/supervision/luxi/2026-10/rechecks"


def _close(village: ClaimVillage) -> None:
    run_in_transaction(
        lambda: notices.close_month(
            village_id=village.village_id, month=Month(2026, 10), actor_id=1, reason="等照片"
        )
    )


def _drawn(digest: str, village_id: int) -> set[str]:
    """The draw as anybody repeats it with the digest and the book."""
    period = books.period(village_id, Month(2026, 10))
    ids = [
        entry.id
        for entry in books.entries(village_id, period_id=period.id)
        if entry.kind in ("award", "bonus")
    ]
    lots = {
        hashlib.sha256(bytes.fromhex(digest) + each.to_bytes(8, "big")).digest(): each
        for each in ids
    }
    return {str(lots[lot]) for lot in sorted(lots)[: (len(ids) * 5 + 99) // 100]}


def test_from_the_draw_to_results_that_stay(each_app: Flask) -> None:
    village = make_busy_village()
    places = village.branch.places
    supervision = ApiClient(each_app, places.token(Role.SUPERVISION))
    with at(200):
        assert supervision.get(LIST).get_json()["error"]["code"] == "recheck_not_drawn"
        _close(village)
        told = supervision.get(LIST).get_json()
        assert told["credit_count"] == 33
        assert {item["entry_id"] for item in told["items"]} == _drawn(
            told["digest"], village.village_id
        )
        assert len(told["items"]) == 2
        path = f"{LIST}/{told['items'][0]['entry_id']}"
        for body, code in (
            ({"right": False}, "recheck_note_missing"),
            ({"right": False, "note": " "}, "recheck_note_missing"),
            ({"note": "x"}, "invalid_input"),
            ({"right": True, "note": "x" * 201}, "invalid_input"),
        ):  # fmt: skip
            assert supervision.post(path, body).get_json()["error"]["code"] == code
        assert supervision.post(f"{LIST}/1", {"right": True}).status_code == 404
        first = supervision.post(path, {"right": True}, key="once")
        assert supervision.post(path, {"right": True}, key="once").get_json() == first.get_json()
        supervision.post(path, {"right": False, "note": "那天不在村里"})
        results = supervision.get(LIST).get_json()["items"][0]["results"]
        assert [(each["right"], each["note"], each["by"]) for each in results] == [
            (True, "", "luxi supervision"), (False, "那天不在村里", "luxi supervision"),
        ]  # fmt: skip
    for statement in ("UPDATE recheck SET note = 'x'", "DELETE FROM recheck"):
        with pytest.raises(DatabaseError, match="append-only"):
            db.session.execute(text(statement))
        db.session.rollback()
    assert db.session.scalar(select(func.count(Recheck.id))) == 2


def test_who_had_a_hand_in_it_or_is_of_the_family_does_not_check(app: Flask) -> None:
    village = make_busy_village()
    supervisor, organiser = village.staff(Role.SUPERVISION), village.branch.organiser_id
    with at(200):
        _close(village)
        item = queries.recheck_list(village.village_id, "2026-10", masked=False).items[0]

        def check(by: int) -> None:
            run_in_transaction(
                lambda: service.record_recheck(
                    village_id=village.village_id, month_code="2026-10", entry_id=item.entry_id,
                    right=True, note="", actor_id=by,
                )
            )  # fmt: skip

        by_approver = min(item.approvers - {7})
        for by, household_id, code in (
            (by_approver, None, "recheck_own_approval"),
            (supervisor, item.household.id, "recheck_own_household"),
        ):
            if household_id is not None:
                _tie(village, by, household_id)
            with pytest.raises(Conflict, match=code):
                check(by)
        kin = next(
            each for each in village.branch.people.households.values() if each != item.household.id
        )
        _tie(village, supervisor, kin)
        check(supervisor)
        _declare_kin(village, item.household.id, kin)
        with pytest.raises(Conflict, match="recheck_own_household"):
            check(supervisor)

    awards = rulebook.awards(village.village_id)
    of_sessions = {each.id for each in awards if each.source_kind == "session"}
    of_claims = {each.id for each in awards if each.source_kind == "claim"}
    seen = activities.hands_in_awards(village.village_id, of_sessions)
    # 1 is the account of the phone that checked three people in.
    assert [set(seen) == of_sessions, set().union(*seen.values())] == [True, {organiser, 1}]
    decided = claims.hands_in_awards(village.village_id, of_claims)
    first, second, third = village.reviewers.values()
    assert set(decided) == of_claims
    assert {frozenset(each) for each in decided.values()} == {
        frozenset({7, first, second}), frozenset({7, third, second}),
    }  # fmt: skip


def test_who_marked_a_household_or_checked_the_mark_had_a_hand_in_it(app: Flask) -> None:
    village = make_claim_village()
    finish(village)
    ids = [each.id for each in rulebook.awards(village.village_id)]
    assert claims.hands_in_awards(village.village_id, ids) == {
        each: {village.branch.organiser_id, village.staff(Role.SUPERVISION)} for each in ids
    }


def test_the_pages(
    app: Flask, page_client: Callable[[str | None], PageClient], phone: Page
) -> None:
    village = make_busy_village()
    places = village.branch.places
    with at(200):
        _close(village)
        drawn = queries.recheck_list(village.village_id, "2026-10", masked=False)
        path = f"{LIST}/{drawn.items[0].entry_id}"
        token = places.token(Role.SUPERVISION)
        browser = page_client(token)
        refused = browser.post(path, {"right": "0", "note": ""})
        assert refused.status_code == 422
        assert "请写清楚查了什么" in refused.get_data(as_text=True)
        assert browser.post(path, {"right": "0", "note": "签名不是本人"}).status_code == 303
        assert "✗ 有问题" in browser.get(LIST).get_data(as_text=True)
        assert "签名不是本人" in browser.get(path).get_data(as_text=True)
        whole = page_client(places.token(Role.HEAD_BANK)).get(TOWN).get_data(as_text=True)
        assert "✗ 有问题" in whole
        assert drawn.items[0].name not in whole
        assert drawn.digest[:4] in whole
        for role, place, own, town in (
            (None, "", 401, 401), (Role.BRANCH_PRESIDENT, "luxi", 403, 403),
            (Role.SUPERVISION, "shishan", 404, 403), (Role.HEAD_BANK, "luxi", 403, 200),
        ):  # fmt: skip
            someone: Any = None if role is None else places.token(role, place)
            caller, reader = ApiClient(app, someone), page_client(someone)
            for address in (LIST, path):
                assert reader.get(address).status_code == own
            assert caller.get(LIST).status_code == own
            assert caller.post(path, {"right": True}).status_code == own
            assert [each.get(TOWN).status_code for each in (caller, reader)] == [town] * 2
        with serve(lambda _address: app.wsgi_app) as address:
            phone.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
            for each in (LIST, path):
                phone.goto(address + each)
                assert page_faults(phone) == [], each


def _tie(village: ClaimVillage, account_id: int, household_id: int) -> None:
    run_in_transaction(
        lambda: people.declare_staff_tie(
            village_id=village.village_id, account_id=account_id, household_id=household_id,
            grid_id=None, actor_id=0,
        )
    )  # fmt: skip


def _declare_kin(village: ClaimVillage, household_id: int, other_id: int) -> None:
    run_in_transaction(
        lambda: people.declare_kin(
            village_id=village.village_id, household_id=household_id, other_household_id=other_id,
            actor_id=0,
        )
    )  # fmt: skip
