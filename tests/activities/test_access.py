"""Who may open and who may write: anonymous, wrong role, other village."""

import pytest
from sqlalchemy import func, select

from app.activities.models import Attendance, Signup
from app.extensions import db
from app.identity.domain import Role
from tests.activities.site import Site
from tests.factories.activities import make_session
from tests.support.clients import PageClient

PAGES: dict[str, tuple[Role, ...]] = {
    "/activities": (Role.MEMBER,),
    "/activities/sessions/{session}": (Role.MEMBER,),
    "/organiser": (Role.ORGANISER, Role.GRID_WORKER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/scan": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/rotating-code": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/rotating-code/drawing": (Role.ORGANISER,),
    "/organiser/sessions/{session}/roster": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/roster?search=陈": (Role.ORGANISER,),
    "/organiser/sessions/{session}/paper": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/people/{member}": (Role.ORGANISER,),
    "/organiser/sessions/{session}/poster.pdf": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/roster.pdf": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/close": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/organiser/sessions/{session}/correct/{member}": (Role.ORGANISER,),
    "/branch/activities": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/branch/activities/new": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/branch/activities/{activity}": (Role.ORGANISER, Role.BRANCH_PRESIDENT),
    "/town/theme-lists": (Role.HEAD_BANK,),
    "/town/theme-lists/2026-10": (Role.HEAD_BANK,),
    "/town/grants": (Role.HEAD_BANK,),
}


@pytest.mark.parametrize("path", PAGES)
def test_who_may_open_a_page(site: Site, path: str) -> None:
    address = path.format(
        session=site.session.id,
        activity=site.session.activity_id,
        member=site.branch.member("陈桂兰"),
    )
    assert PageClient(site.app).get(address).status_code == 401
    assert site.browser(Role.CLERK).get(address).status_code == 403
    for role in PAGES[path]:
        if role is Role.MEMBER:
            assert site.villager("陈桂兰").get(address).status_code == 200
            continue
        assert site.browser(role).get(address).status_code == 200, role
        if "{" in path:
            assert site.browser(role, "shishan").get(address).status_code == 404, role


def test_an_organiser_sees_only_the_own_sessions(site: Site) -> None:
    president = site.branch.president_id
    session = make_session(site.branch, organiser_ids=[president])
    address = f"/organiser/sessions/{session.id}"
    assert site.browser(Role.ORGANISER).get(address).status_code == 404
    assert site.browser(Role.GRID_WORKER).get(address).status_code == 404
    assert site.browser(Role.BRANCH_PRESIDENT).get(address).status_code == 200


WRITES: dict[str, Role] = {
    "/activities/sessions/{session}/sign-up": Role.MEMBER,
    "/activities/sessions/{session}/cancel": Role.MEMBER,
    "/r/ABC": Role.MEMBER,
    "/p/ABC": Role.MEMBER,
    "/organiser/sessions/{session}/scan": Role.ORGANISER,
    "/organiser/sessions/{session}/roster": Role.ORGANISER,
    "/organiser/sessions/{session}/paper": Role.ORGANISER,
    "/organiser/sessions/{session}/sign-up": Role.ORGANISER,
    "/organiser/sessions/{session}/cancel-sign-up": Role.ORGANISER,
    "/organiser/sessions/{session}/not-there": Role.ORGANISER,
    "/organiser/sessions/{session}/check-out": Role.ORGANISER,
    "/organiser/sessions/{session}/attendances/1/confirm": Role.ORGANISER,
    "/organiser/sessions/{session}/close": Role.ORGANISER,
    "/organiser/sessions/{session}/correct/{member}": Role.ORGANISER,
    "/branch/activities/new": Role.ORGANISER,
    "/branch/activities/{activity}/approve": Role.BRANCH_PRESIDENT,
    "/branch/activities/{activity}/cancel": Role.BRANCH_PRESIDENT,
    "/town/theme-lists": Role.HEAD_BANK,
    "/town/theme-lists/import": Role.HEAD_BANK,
    "/town/theme-lists/2026-10/publish": Role.HEAD_BANK,
    "/town/themes/1/remove": Role.HEAD_BANK,
    "/town/grants": Role.HEAD_BANK,
}


@pytest.mark.parametrize("path", WRITES)
def test_who_may_write(site: Site, path: str) -> None:
    address = path.format(
        session=site.session.id,
        activity=site.session.activity_id,
        member=site.branch.member("陈桂兰"),
    )
    form = {"member_id": site.member("陈桂兰"), "reason": "x", "attended": "1"}
    assert PageClient(site.app).post(address, form).status_code == 401
    assert site.browser(Role.CLERK).post(address, form).status_code == 403
    role = WRITES[path]
    if "{" in path and role is not Role.MEMBER:
        assert site.browser(role, "shishan").post(address, form).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Attendance)) == 0
    assert db.session.scalar(select(func.count()).select_from(Signup)) == 0
