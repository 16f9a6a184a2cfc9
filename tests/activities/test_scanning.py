"""Cards at the door, and codes of every kind where they do not belong."""

from app.activities import queries
from app.activities.domain.rotating_code import make_code, make_ticket
from app.identity.domain import Role
from app.kit.codes import CodeKind, new_code
from app.people.service import issue_card
from app.web.transaction import run_in_transaction
from tests.activities.site import Site, fetch, main_of
from tests.conftest import TEST_MASTER_KEY
from tests.factories.activities import START, at, sign_up
from tests.factories.people import issue_member_card


def test_a_card_is_scanned_typed_and_fetched(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "陈桂兰")
    browser = site.browser(Role.ORGANISER)
    code = issue_member_card(site.branch.people, "王大山")
    with at(-10):
        typed = browser.post(f"{site.desk}/scan", {"code": f" {code.lower()[:6]} {code[6:]}"})
        assert typed.status_code == 200
        assert "王大山" in typed.get_data(as_text=True)
        assert "08:50 签到成功" in typed.get_data(as_text=True)
        link = f"HTTP://LOCALHOST/K/{issue_member_card(site.branch.people, '陈桂兰')}"
        fetched = fetch(browser, f"{site.desk}/scan", {"code": link})
        assert fetched == {
            "level": "ok", "title": "陈桂兰", "message": "08:50 签到成功。", "choices": [],
        }  # fmt: skip
    with at(5):
        again = fetch(browser, f"{site.desk}/scan", {"code": link})
    assert again["level"] == "wait"
    assert again["message"] == "08:50 已经签到，由luxi organiser登记。没有改动。"


def test_the_card_of_a_household_asks_who_is_there(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山", "李秀英")
    browser = site.browser(Role.ORGANISER)
    code = run_in_transaction(
        lambda: issue_card(
            village_id=site.branch.village_id,
            actor_id=0,
            household_id=site.branch.household_of("王大山"),
        )
    )
    with at(0):
        asked = fetch(browser, f"{site.desk}/scan", {"code": code})
        assert [choice["name"] for choice in asked["choices"]] == ["王大山", "李秀英"]
        assert "请选来的是谁" in browser.post(f"{site.desk}/scan", {"code": code}).get_data(
            as_text=True
        )
        form = {"code": code, "member_ids": site.member("李秀英")}
        done = browser.post(f"{site.desk}/scan", form)
        assert "李秀英" in done.get_data(as_text=True)
        stranger = {"code": code, "member_ids": site.member("陈桂兰")}
        assert browser.post(f"{site.desk}/scan", stranger).status_code == 404
    rows = queries.attendances(site.session.id)
    assert [(row.member_id, row.source) for row in rows] == [
        (site.branch.member("李秀英"), "household_card")
    ]


def test_codes_of_other_kinds_are_nonsense_everywhere(site: Site) -> None:

    sign_up(site.branch, site.session, "王大山")
    codes = {kind: new_code(kind) for kind in CodeKind}
    codes[CodeKind.CARD] = issue_member_card(site.branch.people, "王大山")
    codes[CodeKind.POSTER] = site.session.poster_code
    codes[CodeKind.ROTATING] = make_code(TEST_MASTER_KEY, site.session.id, START)
    codes[CodeKind.CHECK_IN_TICKET] = make_ticket(TEST_MASTER_KEY, site.session.id, START)
    organiser, phone = site.browser(Role.ORGANISER), site.villager("王大山")
    form = {"member_ids": site.member("王大山")}
    with at(0):
        for kind, code in codes.items():
            answer = organiser.post(f"{site.desk}/scan", {"code": code})
            assert (answer.status_code == 200) == (kind is CodeKind.CARD), kind
            nonsense = organiser.post(f"{site.desk}/scan", {"code": "胡写"})
            assert kind is CodeKind.CARD or main_of(answer) == main_of(nonsense)
        for prefix, right in (("r", CodeKind.ROTATING), ("p", CodeKind.POSTER)):
            no_page = main_of(phone.get(f"/{prefix}/ABC"))
            for kind, code in codes.items():
                if kind is not right:
                    for answer in (
                        phone.get(f"/{prefix}/{code}"),
                        phone.post(f"/{prefix}/{code}", form),
                    ):
                        assert answer.status_code == 404, (prefix, kind)
                    assert main_of(phone.get(f"/{prefix}/{code}")) == no_page


def test_too_early_says_when(site: Site) -> None:
    sign_up(site.branch, site.session, "王大山")
    code = issue_member_card(site.branch.people, "王大山")
    browser = site.browser(Role.ORGANISER)
    with at(-31):
        refused = browser.post(f"{site.desk}/scan", {"code": code})
        assert refused.status_code == 409
        assert "10月12日 08:30" in refused.get_data(as_text=True)
        as_json = fetch(browser, f"{site.desk}/scan", {"code": code})
    assert as_json["error"]["code"] == "check_in_not_open"
