"""Villagers check in on their own phones: rotating code and poster."""

import re

from werkzeug.test import TestResponse

from app.activities import queries
from app.activities.domain.rotating_code import make_code, make_ticket
from app.extensions import db
from app.identity.domain import Role
from app.people import service as people
from app.web.transaction import run_in_transaction
from tests.activities.site import Site, main_of
from tests.conftest import TEST_MASTER_KEY
from tests.factories.activities import START, at, make_session, sign_up
from tests.factories.people import make_people, member_token
from tests.support.clients import PageClient
from tests.support.qr_codes import read_svg


def test_the_rotating_code_checks_in_within_five_minutes(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "李秀英")
    phone = site.villager("王大山")
    with at(0):
        path = _scanned_path(site)
        ticket = ticket_on(phone.get(path))
        assert queries.attendances(site.session.id) == []
    own = {"member_ids": site.member("王大山")}
    with at(2):
        stale = phone.post(path, own)
        assert stale.status_code == 409
        assert "这个码已经换了" in stale.get_data(as_text=True)
        assert phone.get(path).status_code == 409
    with at(4.9):
        done = phone.post(path, {**own, "ticket": ticket}, key="k1")
        again = phone.post(path, {**own, "ticket": ticket}, key="k1")
        assert done.status_code == again.status_code == 200
        assert "签到成功" in done.get_data(as_text=True)
    with at(5.1):
        wife = {"member_ids": site.member("李秀英"), "ticket": ticket}
        assert phone.post(path, wife).status_code == 409
    rows = queries.attendances(site.session.id)
    assert [(row.source, row.state) for row in rows] == [("rotating_code", "present")]


def test_a_ticket_of_another_session_is_not_taken(site: Site) -> None:

    other = make_session(site.branch)
    sign_up(site.branch, site.session, "王大山")
    code = make_code(TEST_MASTER_KEY, site.session.id, START)
    form = {
        "member_ids": site.member("王大山"),
        "ticket": make_ticket(TEST_MASTER_KEY, other.id, START),
    }
    with at(3):
        assert site.villager("王大山").post(f"/r/{code}", form).status_code == 409


def test_whoever_is_not_signed_in_is_told_how(site: Site) -> None:
    with at(0):
        page = PageClient(site.app).get(_scanned_path(site)).get_data(as_text=True)
        staff = site.browser(Role.GRID_WORKER).get(_scanned_path(site)).get_data(as_text=True)
    assert "扫自己积分卡上的二维码" in page
    assert "现在登录的是工作人员" in staff
    assert "<main" in page
    assert 'method="post" action=""' not in page


def test_a_scan_goes_on_where_it_began_after_signing_in_by_card(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山")
    card, pin = _card_and_pin(site, "王大山")
    phone = PageClient(site.app)
    with at(0):
        path = _scanned_path(site)
        assert "登录后自动回到这里签到" in main_of(phone.get(path))
    with at(4):
        assert "接着签到" in main_of(phone.get(card))
        assert phone.post(card, {"pin": "000001"}).status_code == 403
        back = phone.post(card, {"pin": pin})
        assert (back.status_code, back.headers["Location"]) == (303, path)
        # The code on the screen has changed since; what counts is that it was scanned in time.
        page = phone.get(path)
        own = {"member_ids": site.member("王大山"), "ticket": ticket_on(page)}
    with at(5.1):
        assert phone.post(path, own).status_code == 409
    with at(4.9):
        assert "签到成功" in main_of(phone.post(path, own))
    with at(6):
        assert phone.post(card, {"pin": pin}).headers["Location"] == "/"


def test_whoever_signs_in_too_late_is_told_to_scan_again(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山")
    card, pin = _card_and_pin(site, "王大山")
    phone = PageClient(site.app)
    with at(0):
        path = _scanned_path(site)
        phone.get(path)
    with at(5.1):
        assert phone.post(card, {"pin": pin}).headers["Location"] == path
        late = phone.get(path)
        assert late.status_code == 409
        assert "请扫组织者手机上现在的码" in main_of(late)
        again = _scanned_path(site)
        own = {"member_ids": site.member("王大山"), "ticket": ticket_on(phone.get(again))}
        assert "签到成功" in main_of(phone.post(again, own))


def test_the_poster_waits_for_whoever_signs_in(site: Site) -> None:
    card, pin = _card_and_pin(site, "王大山")
    phone = PageClient(site.app)
    path = f"/p/{site.session.poster_code}"
    with at(0):
        assert "登录后自动回到这里签到" in main_of(phone.get(path))
        assert phone.post(card, {"pin": pin}).headers["Location"] == path
        # Who is signed in already is not sent anywhere later.
        assert phone.get(path).status_code == 200
        assert phone.post(card, {"pin": pin}).headers["Location"] == "/"


def test_the_poster_waits_for_the_organiser(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山")
    phone, browser = site.villager("王大山"), site.browser(Role.ORGANISER)
    own = {"member_ids": site.member("王大山")}
    path = f"/p/{site.session.poster_code}"
    with at(0):
        typed = phone.get(f"/p?code={site.session.poster_code.lower()}")
        assert typed.headers["Location"] == path
        assert phone.get("/p?code=胡写").status_code == phone.get("/p").status_code == 404
        assert phone.get(path).status_code == 200
        done = phone.post(path, own)
        assert "等组织者确认" in done.get_data(as_text=True)
        desk = browser.get(site.desk).get_data(as_text=True)
        assert "等您确认（1 人）" in desk
        row = queries.attendances(site.session.id)[0]
        confirm = f"{site.desk}/attendances/{row.id}/confirm"
        assert browser.post(confirm, key="k").status_code == 303
        assert browser.post(confirm, key="k").status_code == 303
    db.session.rollback()
    assert queries.attendances(site.session.id)[0].state == "present"


def test_those_who_are_in_may_leave_and_the_others_may_come(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "李秀英")
    phone = site.villager("王大山")
    with at(0):
        path = _scanned_path(site)
        assert "签退" not in phone.get(path).get_data(as_text=True)
        ticket = ticket_on(phone.get(path))
        phone.post(path, {"member_ids": site.member("王大山"), "ticket": ticket})
    with at(50):
        path = _scanned_path(site)
        page = phone.get(path)
        assert main_of(page).count("<form") == 2
        form = {"member_ids": site.member("王大山"), "leaving": "1", "ticket": ticket_on(page)}
        assert "09:50 签退成功" in phone.post(path, form).get_data(as_text=True)
        again = phone.post(path, form).get_data(as_text=True)
        assert "09:50 已经签退，由王大山登记" in again
        wife = {"member_ids": site.member("李秀英"), "leaving": "1", "ticket": ticket_on(page)}
        assert phone.post(path, wife).status_code == 409
    row = queries.attendance_of(site.session.id, site.branch.member("王大山"))
    assert row is not None
    assert (row.state, row.checked_out_by) != ("present", None)


def test_a_villager_of_another_village_finds_nothing(site: Site) -> None:

    other = make_people(site.branch.places.other_village_id, households={"0009": ["周外村"]})
    member_id = other.members["周外村"]
    phone = PageClient(site.app, member_token(other.village_id, member_id, "周外村"))
    with at(0):
        for path in (_scanned_path(site), f"/p/{site.session.poster_code}"):
            assert phone.get(path).status_code == 404
            assert phone.post(path, {"member_ids": str(member_id)}).status_code == 404
        page = f"/activities/sessions/{site.session.id}"
        assert phone.get(page).status_code == 404
        assert phone.post(f"{page}/sign-up", {"member_id": str(member_id)}).status_code == 404


def test_several_from_one_phone_are_flagged_for_the_organiser(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "李秀英")
    phone = site.villager("王大山")
    ids = [site.member(name) for name in ("王大山", "李秀英")]
    with at(0):
        path = f"/p/{site.session.poster_code}"
        phone.get(path)
        phone.post(path, {"member_ids": ids})
        desk = site.browser(Role.ORGANISER).get(site.desk).get_data(as_text=True)
    assert desk.count("同一手机一分钟内签了多人") == 2


def _card_and_pin(site: Site, name: str) -> tuple[str, str]:
    """The page behind a member's card, and the PIN that goes with it."""
    village_id, member_id = site.branch.village_id, site.branch.member(name)
    code = run_in_transaction(
        lambda: people.issue_card(village_id=village_id, actor_id=0, member_id=member_id)
    )
    pin = run_in_transaction(
        lambda: people.set_fresh_pin(village_id=village_id, member_id=member_id)
    )
    return f"/k/{code}", pin


def ticket_on(response: TestResponse) -> str:
    """What the page carries to finish within five minutes."""
    found = re.search(r'name="ticket" value="(\w+)"', response.get_data(as_text=True))
    assert found
    return found[1]


def _scanned_path(site: Site) -> str:
    """What a camera reads from the organiser's screen."""
    drawing = site.browser(Role.ORGANISER).get(f"{site.desk}/rotating-code/drawing")
    link = read_svg(drawing.get_data(as_text=True))
    assert link.startswith("HTTP://LOCALHOST/R/")
    return "/r/" + link.rsplit("/", 1)[1]
