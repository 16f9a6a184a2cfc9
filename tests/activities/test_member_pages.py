"""Villagers sign up themselves and their families."""

from app.activities import queries
from tests.activities.site import Site
from tests.factories.activities import at, make_session


def test_a_villager_signs_up_and_cancels_with_one_tap(site: Site) -> None:
    phone = site.villager("王大山")
    page = f"/activities/sessions/{site.session.id}"
    form = {"member_id": site.member("王大山")}
    with at(-60):
        first = phone.post(f"{page}/sign-up", form, key="k1")
        again = phone.post(f"{page}/sign-up", form, key="k1")
        assert first.status_code == again.status_code == 303
        shown = phone.get(page).get_data(as_text=True)
        assert "报名成功" in shown
        assert "取消报名" in shown
        assert "我家已报名 1 人" in phone.get("/activities").get_data(as_text=True)
        assert phone.post(f"{page}/cancel", form).status_code == 303
    assert queries.live_signups(site.session.id) == []


def test_a_villager_acts_for_the_own_household_only(site: Site) -> None:
    phone = site.villager("王大山")
    page = f"/activities/sessions/{site.session.id}"
    with at(-60):
        wife = {"member_id": site.member("李秀英")}
        assert phone.post(f"{page}/sign-up", wife).status_code == 303
        stranger = {"member_id": site.member("陈桂兰")}
        assert phone.post(f"{page}/sign-up", stranger).status_code == 404
    signups = queries.live_signups(site.session.id)
    assert [(signup.member_id, signup.source) for signup in signups] == [
        (site.branch.member("李秀英"), "helper")
    ]


def test_after_the_start_villagers_are_sent_to_the_organiser(site: Site) -> None:
    phone = site.villager("王大山")
    page = f"/activities/sessions/{site.session.id}"
    with at(1):
        refused = phone.post(f"{page}/sign-up", {"member_id": site.member("王大山")})
    assert refused.status_code == 409
    assert "请直接找组织者" in refused.get_data(as_text=True)


def test_a_session_that_is_not_approved_is_not_there_for_villagers(site: Site) -> None:
    session = make_session(site.branch, approved=False)
    phone = site.villager("王大山")
    assert phone.get(f"/activities/sessions/{session.id}").status_code == 404
    assert str(session.id) not in phone.get("/activities").get_data(as_text=True)
