"""The till's JSON: who may, what it answers, and the same answer to the same question."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.identity import service as identity
from app.identity.domain import Role
from app.web.transaction import run_in_transaction
from tests.factories.places import CLERK_PIN, make_places
from tests.factories.stores import Shop, make_shop
from tests.support.clients import ApiClient


@pytest.fixture
def shop(app: Flask) -> Shop:
    return make_shop(make_places())


@pytest.fixture
def till(app: Flask, shop: Shop) -> ApiClient:
    """The clerk at the enrolled terminal."""
    return ApiClient(app, shop.token)


def _error(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["error"]["code"]


def _scan(till: ApiClient, shop: Shop, name: str = "王大山") -> str:
    response = till.post("/scans", {"card_code": shop.cards[name]})
    assert response.json is not None
    return str(response.json["scan_id"])


def _basket(shop: Shop, **quantities: int) -> dict[str, object]:
    return {
        "lines": [
            {"good_id": str(shop.goods[title]), "quantity": count}
            for title, count in quantities.items()
        ]
    }


def test_a_device_enrols_signs_in_and_is_revoked(app: Flask, shop: Shop) -> None:
    device = ApiClient(app)
    terminal, code = run_in_transaction(
        lambda: identity.add_terminal(
            village_id=shop.village_id, store_id=shop.store_id, name="二号机"
        )
    )
    terminal_id = terminal.id
    enrolled = device.post("/terminals/enrolments", {"code": code})
    assert enrolled.status_code == 201
    assert enrolled.json is not None
    clerk = enrolled.json["clerks"][0]
    assert clerk["display_name"] == "luxi clerk"
    assert _error(device.post("/terminals/enrolments", {"code": code})) == (
        403,
        "enrolment_code_bad",
    )
    sign_in = {
        "terminal_secret": enrolled.json["terminal_secret"],
        "account_id": clerk["account_id"],
        "pin": CLERK_PIN,
    }
    wrong = device.post("/terminals/sessions", {**sign_in, "pin": "135790"})
    assert _error(wrong) == (403, "wrong_credentials")
    stranger = device.post("/terminals/sessions", {**sign_in, "terminal_secret": "guess"})
    assert _error(stranger) == (403, "terminal_required")
    foreign_clerk = str(shop.places.staff["shishan", Role.CLERK])
    foreign = device.post("/terminals/sessions", {**sign_in, "account_id": foreign_clerk})
    assert _error(foreign) == (404, "clerk_not_found")
    session = device.post("/terminals/sessions", sign_in)
    assert session.json is not None
    signed_in = ApiClient(app, session.json["token"])
    assert signed_in.get("/goods").status_code == 200
    run_in_transaction(
        lambda: identity.revoke_terminal(village_id=shop.village_id, terminal_id=terminal_id)
    )
    assert _error(signed_in.get("/goods")) == (401, "not_signed_in")
    assert _error(device.post("/terminals/sessions", sign_in)) == (403, "terminal_required")


def test_goods_are_offered_with_price_and_stock(shop: Shop, till: ApiClient) -> None:
    offered = till.get("/goods").json
    assert offered is not None
    assert [(good["title"], good["price"], good["left"]) for good in offered] == [
        ("肥皂", "5", 20),
        ("大米10斤", "50", 6),
        ("牙刷", "10", 1),
        ("理发一次", "10", None),
    ]


def test_a_card_shows_a_masked_name_and_the_balance(shop: Shop, till: ApiClient) -> None:
    scan = till.post("/scans", {"card_code": shop.cards["王大山"].lower()}).json
    assert scan is not None
    scan.pop("scan_id")
    assert scan == {
        "short_name": "王*山",
        "passbook_no": "0001",
        "balance": "100",
        "pending": "0",
    }
    assert _error(till.post("/scans", {"card_code": "K123"})) == (404, "card_not_found")


def test_redeem_answers_the_receipt(shop: Shop, till: ApiClient) -> None:
    scan_id = _scan(till, shop)
    done = till.post(
        f"/scans/{scan_id}/redemption", _basket(shop, 肥皂=2, 理发一次=1), key="device-7"
    )
    assert done.status_code == 201
    assert done.json is not None
    assert done.json["redemption_key"] == "device-7"
    assert (done.json["receipt_number"], done.json["total"], done.json["balance_after"]) == (
        1,
        "20",
        "80",
    )
    assert [(line["title"], line["total"]) for line in done.json["lines"]] == [
        ("理发一次", "10"),
        ("肥皂", "10"),
    ]
    by_key = till.get("/redemptions/by-key/device-7")
    assert by_key.json == done.json
    assert till.get(f"/redemptions/{done.json['id']}").json == done.json
    assert _error(till.get("/redemptions/by-key/device-8")) == (404, "redemption_not_found")


def test_the_same_request_again_gets_the_same_answer(shop: Shop, till: ApiClient) -> None:
    path = f"/scans/{_scan(till, shop)}/redemption"
    first = till.post(path, _basket(shop, 肥皂=2), key="k")
    again = till.post(path, _basket(shop, 肥皂=2), key="k")
    assert again.json == first.json
    assert again.headers["Idempotent-Replay"] == "true"
    other_key = till.post(path, _basket(shop, 肥皂=2), key="l")
    assert other_key.json == first.json
    changed = till.post(path, _basket(shop, 肥皂=3), key="k")
    assert _error(changed) == (409, "idempotency_mismatch")
    changed_with_new_key = till.post(path, _basket(shop, 肥皂=3), key="m")
    assert _error(changed_with_new_key) == (409, "scan_used")
    assert shop.balance() == 900


def test_a_refusal_is_final_for_its_key(shop: Shop, till: ApiClient) -> None:
    path = f"/scans/{_scan(till, shop, '陈桂兰')}/redemption"
    poor = till.post(path, _basket(shop, 肥皂=1), key="k")
    assert _error(poor) == (409, "insufficient_points")
    assert poor.json is not None
    assert poor.json["error"]["facts"] == {"balance_tenths": 0, "needed_tenths": 50}
    shop.give_points("0002", "10")
    assert _error(till.post(path, _basket(shop, 肥皂=1), key="k"))[1] == "insufficient_points"
    assert till.post(path, _basket(shop, 肥皂=1), key="l").status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "lines"),
        ({"lines": []}, "lines"),
        ({"lines": [{"good_id": "x", "quantity": 1}]}, "lines"),
        ({"lines": [{"good_id": "1", "quantity": 0}]}, "lines"),
        ({"lines": [{"good_id": "1", "quantity": 1, "price": "0"}]}, "lines"),
        ({"lines": [{"good_id": "1", "quantity": 1}], "total": "0"}, "total"),
    ],
)
def test_malformed_baskets_are_refused(
    shop: Shop, till: ApiClient, body: dict[str, object], field: str
) -> None:
    response = till.post(f"/scans/{_scan(till, shop)}/redemption", body)
    assert _error(response) == (422, "invalid_input")
    assert response.json is not None
    assert set(response.json["error"]["facts"]["fields"]["json"]) == {field}
    assert shop.balance() == 1000


def test_a_key_is_required(app: Flask, shop: Shop, till: ApiClient) -> None:
    response = app.test_client().post(
        f"/api/v1/scans/{_scan(till, shop)}/redemption",
        json=_basket(shop, 肥皂=1),
        headers={"Authorization": f"Bearer {shop.token}"},
    )
    assert _error(response) == (422, "idempotency_key_missing")


def test_void_and_void_again(shop: Shop, till: ApiClient) -> None:
    done = till.post(f"/scans/{_scan(till, shop)}/redemption", _basket(shop, 肥皂=2)).json
    assert done is not None
    path = f"/redemptions/{done['id']}/void"
    missing = till.post(path, {"goods_back": True})
    assert _error(missing) == (422, "invalid_input")
    unsaid = till.post(path, {"reason": "拿错了"})
    assert _error(unsaid) == (422, "goods_back_missing")
    body = {"reason": "拿错了", "goods_back": True}
    voided = till.post(path, body, key="v")
    assert voided.json is not None
    assert (voided.json["void_reason"], voided.json["goods_back"]) == ("拿错了", True)
    assert till.post(path, body, key="v").json == voided.json
    assert _error(till.post(path, body, key="w")) == (409, "already_voided")
    assert (shop.balance(), shop.left("肥皂")) == (1000, 20)


def test_only_clerks_at_a_terminal_redeem(app: Flask, shop: Shop, till: ApiClient) -> None:
    scan_id = _scan(till, shop)
    done = till.post(f"/scans/{scan_id}/redemption", _basket(shop, 肥皂=1)).json
    assert done is not None
    calls = [
        ("get", "/goods"),
        ("post", "/scans"),
        ("post", f"/scans/{scan_id}/redemption"),
        ("get", "/redemptions/by-key/x"),
        ("get", f"/redemptions/{done['id']}"),
        ("post", f"/redemptions/{done['id']}/void"),
    ]
    for method, path in calls:
        assert _error(getattr(ApiClient(app), method)(path)) == (401, "not_signed_in")
        organiser = ApiClient(app, shop.places.token(Role.ORGANISER))
        assert _error(getattr(organiser, method)(path)) == (403, "denied")
    # A clerk who signed in with a password elsewhere is not at a till.
    elsewhere = ApiClient(app, shop.places.token(Role.CLERK))
    assert _error(elsewhere.get("/goods")) == (403, "terminal_required")
    assert _error(elsewhere.post("/scans", {"card_code": shop.cards["王大山"]})) == (
        403,
        "terminal_required",
    )


def test_another_village_finds_nothing(app: Flask, shop: Shop, till: ApiClient) -> None:
    other = make_shop(shop.places, "shishan")
    other_till = ApiClient(app, other.token)
    scan_id = _scan(till, shop)
    done = till.post(f"/scans/{scan_id}/redemption", _basket(shop, 肥皂=1), key="mine").json
    assert done is not None
    assert _error(other_till.post("/scans", {"card_code": shop.cards["王大山"]})) == (
        404,
        "card_not_found",
    )
    foreign = other_till.post(f"/scans/{scan_id}/redemption", _basket(other, 肥皂=1))
    assert _error(foreign) == (404, "scan_not_found")
    for path in ("/redemptions/by-key/mine", f"/redemptions/{done['id']}"):
        assert _error(other_till.get(path)) == (404, "redemption_not_found")
    president = ApiClient(app, shop.places.token(Role.BRANCH_PRESIDENT, "shishan"))
    void = president.post(f"/redemptions/{done['id']}/void", {"reason": "x"})
    assert _error(void) == (404, "redemption_not_found")
    assert shop.balance() == 950


def test_a_till_of_another_store_finds_nothing(app: Flask, shop: Shop, till: ApiClient) -> None:
    done = till.post(f"/scans/{_scan(till, shop)}/redemption", _basket(shop, 肥皂=1)).json
    assert done is not None
    second = shop.second_till()
    elsewhere = ApiClient(app, second)
    assert _error(elsewhere.get(f"/redemptions/{done['id']}")) == (404, "redemption_not_found")
    void = elsewhere.post(f"/redemptions/{done['id']}/void", {"reason": "x"})
    assert _error(void) == (404, "redemption_not_found")
    scan_id = _scan(elsewhere, shop)
    foreign = elsewhere.post(f"/scans/{scan_id}/redemption", _basket(shop, 肥皂=1))
    assert _error(foreign) == (404, "good_not_found")
