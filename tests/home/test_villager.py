"""What a villager sees is what the ledger says, in words."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.identity.domain import Role
from app.kit.points import Tenths, format_tenths
from app.ledger.domain.accounts import Purpose
from app.rulebook import queries as rulebook
from app.rulebook import service as rulebook_service
from app.store import service as store
from app.web.transaction import run_in_transaction
from tests.factories.activities import give_points
from tests.home.month import PIN, VillageMonth, on
from tests.support.clients import ApiClient, PageClient
from tests.support.wording import in_words, words

Clients = Callable[[str | None], PageClient]
PATHS = ("/me", "/me/passbook", "/me/entries/1", "/me/card")


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_for_villagers_only(
    page_client: Clients, village: VillageMonth, path: str
) -> None:
    assert page_client(None).get(path).status_code == 401
    president = village.branch.places.token(Role.BRANCH_PRESIDENT)
    assert page_client(president).get(path).status_code == 403


def test_a_fresh_passbook_says_what_to_do(page_client: Clients, village: VillageMonth) -> None:
    with on(10):
        client = page_client(village.token("王大山"))
        assert "存折上还没有积分" in words(client, "/me/passbook")
        home = words(client, "/me")
    assert "王大山家的积分 现在可以用 0 分" in home
    assert "另有" not in home


def test_home_follows_the_points_from_deed_to_purchase(
    page_client: Clients, village: VillageMonth
) -> None:
    give_points(village.branch, "王大山", Tenths(60))
    village.attend("王大山", "李秀英")
    with on(13):
        client = page_client(village.token("王大山"))
        assert "现在可以用 6 分 够换：大米10斤 1袋 + 肥皂 2块 ! 另有 4 分 公示后可用" in words(
            client, "/me"
        )
    notice = village.close_october()
    with on(26):
        assert "另有 4 分 公示后可用" in words(client, "/me")
    village.publish(notice)
    with on(27):
        assert "另有 4 分 11月2日起可用" in words(client, "/me")
        assert "2026年10月公示" in words(client, "/me")
    with on(2, month=11):
        assert "另有 4 分 11月2日起可用" in words(client, "/me")
    with on(3, month=11):
        assert "另有 4 分 公示已满，等村里结算" in words(client, "/me")
    village.settle(notice)
    with on(4, month=11):
        village.redeem("王大山", {"牙刷": 3})
        home = words(client, "/me")
    spendable = village.points_of("王大山", Purpose.SPENDABLE)
    assert f"现在可以用 {format_tenths(spendable)} 分" in home
    assert spendable == 70
    assert "另有" not in home


def test_points_of_the_running_month_wait_apart_from_those_on_the_notice(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山")
    notice = village.close_october()
    village.publish(notice)
    village.attend("李秀英")
    with on(28):
        home = words(page_client(village.token("王大山")), "/me")
    assert "另有 2 分 11月2日起可用" in home
    assert "另有 2 分 公示后可用" in home


def test_passbook_tells_every_line_with_the_balances_after_it(
    page_client: Clients, village: VillageMonth
) -> None:
    give_points(village.branch, "王大山", Tenths(60))
    village.attend("王大山", "李秀英")
    notice = village.close_october()
    village.publish(notice)
    village.settle(notice)
    with on(4, month=11):
        bought = village.redeem("王大山", {"大米10斤": 1, "肥皂": 2})
        client = page_client(village.token("李秀英"))
        run_in_transaction(
            lambda: store.void_redemption(
                village_id=village.village_id,
                redemption_id=bought.id,
                actor_id=village.till.clerk_id,
                is_branch_president=False,
                reason="拿错了",
                goods_back=True,
            )
        )
        text = words(client, "/me/passbook")
    for line in (
        "11月4日 作废：兑换大米10斤 1袋、肥皂 2块 可用 10 分 +6 分",
        "11月4日 兑换大米10斤 1袋、肥皂 2块 · 已作废 可用 4 分 −6 分",
        "11月3日 2026年10月公示期满，转为可用 可用 10 分 4 分",
        "10月12日 李秀英 参加消防安全宣传 可用 6 分，待公示 4 分 +2 分",
        "10月12日 王大山 参加消防安全宣传 可用 6 分，待公示 2 分 +2 分",
        "各人挣的积分 王大山 2 分 李秀英 2 分",
    ):
        assert line in text
    assert village.points_of("王大山", Purpose.SPENDABLE) == 100


def test_a_correction_shows_on_both_lines_and_takes_the_share_back(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山", "李秀英")
    award = rulebook.awards(village.village_id, household_id=village.branch.household_of("李秀英"))[
        0
    ]
    with on(14):
        run_in_transaction(
            lambda: rulebook_service.reverse_award(
                award_id=award.id,
                village_id=village.village_id,
                actor_id=village.branch.president_id,
                reason="当天没有到场",
                idempotency_key="test:reverse",
            )
        )
        client = page_client(village.token("王大山"))
        text = words(client, "/me/passbook")
        entry = words(client, f"/me/entries/{award.entry_id}")
    assert "更正：李秀英 参加消防安全宣传 可用 0 分，待公示 2 分 −2 分" in text
    assert "李秀英 参加消防安全宣传 · 已更正 可用 0 分，待公示 4 分 +2 分" in text
    assert "王大山 2 分 李秀英 0 分" in text
    assert "这一笔后来更正了：当天没有到场" in entry


def test_what_a_cap_took_is_said(page_client: Clients, village: VillageMonth) -> None:
    for _ in range(5):
        village.attend("陈桂兰", rule_code="HJ03")
    with on(13):
        text = words(page_client(village.token("陈桂兰")), "/me/passbook")
    assert "待公示 8 分" in text
    assert "封顶没有加上的 10月12日 陈桂兰 参加消防安全宣传 10月" in text
    assert "一户封顶8分" in text


def test_pages_of_the_passbook_follow_each_other_without_gap_or_repeat(
    app: Flask, village: VillageMonth
) -> None:
    give_points(village.branch, "王大山", Tenths(60))
    for _ in range(3):
        village.attend("王大山", "李秀英")
    notice = village.close_october()
    village.publish(notice)
    village.settle(notice)
    with on(4, month=11):
        api = ApiClient(app, village.token("王大山"))
        whole = api.get("/me/passbook", limit="100").json
        assert whole is not None
        assert whole["next_before"] is None
        collected: list[dict[str, object]] = []
        before: dict[str, str] = {}
        for _ in range(len(whole["lines"])):
            page = api.get("/me/passbook", limit="3", **before).json
            assert page is not None
            collected += page["lines"]
            if page["next_before"] is None:
                break
            before = {"before": page["next_before"]}
    assert collected == whole["lines"]
    assert len(collected) == 8
    assert collected[0]["after"] == {"spendable": "18", "pending": "0", "held": "0"}


def test_an_entry_tells_the_chain_from_the_deed_to_the_notice(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山")
    notice = village.close_october()
    village.publish(notice)
    award = rulebook.awards(village.village_id)[0]
    with on(27):
        client = page_client(village.token("李秀英"))
        page = client.get(f"/me/entries/{award.entry_id}").get_data(as_text=True)
    text = in_words(page)
    for part in (
        "活动 消防安全宣传",
        "签到 10月12日 09:00，扫积分卡",
        "核对名单 luxi organiser 10月12日 10:10",
        "细则 ZY01",
        "第 1 版积分细则，2026年8月20日村民代表会议通过，2026年9月1日起用。",
        f"凭证号 {award.entry_id}",
    ):
        assert part in text
    assert f"/n/{notice.public_code}" in page


def test_an_entry_of_another_household_is_not_found(
    page_client: Clients, village: VillageMonth
) -> None:
    village.attend("王大山", "陈桂兰")
    awards = {row.member_id: row.entry_id for row in rulebook.awards(village.village_id)}
    with on(14):
        client = page_client(village.token("陈桂兰"))
        foreign = client.get(f"/me/entries/{awards[village.branch.member('王大山')]}")
        own = client.get(f"/me/entries/{awards[village.branch.member('陈桂兰')]}")
        nothing = client.get("/me/entries/12345")
        for number in ("99999999999999999999", "-1", "x"):
            assert client.get(f"/me/entries/{number}").status_code == 404
            assert client.get(f"/me/passbook?before={number}").status_code == 200
    assert (foreign.status_code, own.status_code, nothing.status_code) == (404, 200, 404)


def test_the_pin_is_changed_and_other_devices_are_signed_out(
    page_client: Clients, village: VillageMonth
) -> None:
    with on(10):
        other = page_client(village.token("王大山"))
        client = page_client(village.token("王大山"))
        client.get("/me/card")
        wish = {"pin_old": PIN, "pin_new": "590271", "pin_again": "590271"}
        wrong = client.post("/me/card/pin", wish | {"pin_old": "000001"})
        assert wrong.status_code == 403
        assert "原来的密码不对" in wrong.get_data(as_text=True)
        differ = client.post("/me/card/pin", wish | {"pin_again": "590272"})
        assert (differ.status_code, "不一样" in differ.get_data(as_text=True)) == (422, True)
        easy = client.post("/me/card/pin", wish | {"pin_new": "123456", "pin_again": "123456"})
        assert easy.status_code == 422
        done = client.post("/me/card/pin", wish, follow=True)
        assert "新密码已经生效" in done.get_data(as_text=True)
        assert other.get("/me").status_code == 401
        assert client.post("/me/card/pin", wish).status_code == 403


def test_guessing_the_old_pin_is_stopped(page_client: Clients, village: VillageMonth) -> None:
    with on(10):
        client = page_client(village.token("王大山"))
        wish = {"pin_old": "000001", "pin_new": "590271", "pin_again": "590271"}
        client.get("/me/card")
        for _ in range(5):
            client.post("/me/card/pin", wish)
        blocked = client.post("/me/card/pin", wish | {"pin_old": PIN})
    assert "试错次数太多" in blocked.get_data(as_text=True)


def test_card_page_names_the_family_and_who_has_a_card(
    page_client: Clients, village: VillageMonth
) -> None:
    give_points(village.branch, "王大山", Tenths(60))
    with on(13):
        village.redeem("王大山", {"牙刷": 1})
        text = words(page_client(village.token("李秀英")), "/me/card")
    assert "存折号 0001 王大山 ✓ 有卡 李秀英（我） · 没有卡" in text


def test_api_says_the_same_as_the_ledger(app: Flask, village: VillageMonth) -> None:
    give_points(village.branch, "王大山", Tenths(60))
    village.attend("王大山")
    assert ApiClient(app).get("/me").status_code == 401
    clerk = village.branch.places.token(Role.CLERK)
    assert ApiClient(app, clerk).get("/me").status_code == 403
    assert ApiClient(app, clerk).get("/me/passbook").status_code == 403
    notice = village.close_october()
    village.publish(notice)
    with on(27):
        api = ApiClient(app, village.token("王大山"))
        assert api.get("/me").json == {
            "display_name": "王大山",
            "passbook_no": "0001",
            "holdings": {"spendable": "6", "pending": "2", "held": "0"},
            "releases": [{"points": "2", "usable_from": "2026-11-02"}],
            "expiring": None,
            "buys": [
                {"title": "大米10斤", "unit_word": "袋", "quantity": 1},
                {"title": "肥皂", "unit_word": "块", "quantity": 2},
            ],
        }
        line = (api.get("/me/passbook").json or {})["lines"][0]
        assert (line["kind"], line["pending"], line["member_name"]) == ("award", "2", "王大山")
        assert line["activity_title"] == "消防安全宣传"
        assert line["waits_for_notice"] is True
        assert api.get("/me/passbook", limit="0").status_code == 422
