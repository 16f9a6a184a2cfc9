"""The JSON API of claims: who may call, what is answered, what is refused."""

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageOps
from werkzeug.test import TestResponse

from app.claims import queries
from app.identity.domain import Role
from app.identity.service import start_session
from app.kit.errors import Invalid
from app.kit.photos import KEPT_BYTES_MAX, SIDE_PIXELS_MAX, clean_photo
from app.ledger.queries import checker
from app.web.transaction import run_in_transaction
from tests.factories.claims import ClaimVillage, submit
from tests.factories.people import member_token
from tests.support.clients import ApiClient, PageClient

DEED = {"occurred_on": "2026-10-12", "statement": "调解了两家的地界"}


@pytest.fixture
def villager(app: Flask, village: ClaimVillage) -> ApiClient:
    return _villager(app, village, "王大山")


def _villager(app: Flask, village: ClaimVillage, name: str) -> ApiClient:
    return ApiClient(app, member_token(village.village_id, village.member(name), name))


def _staff(app: Flask, account_id: int) -> ApiClient:
    token = run_in_transaction(
        lambda: start_session(subject=f"test:{account_id}", account_id=account_id)
    )
    return ApiClient(app, token)


def _code(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status, answer.text
    return str(answer.get_json()["error"]["code"])


def picture(width: int = 40, height: int = 30, *, noise: bool = False) -> bytes:
    """A JPEG as a phone writes it: with a place, and turned by its own note."""
    image = Image.new("RGB", (width, height), "green")
    if noise:
        image = Image.effect_noise((width, height), 200).convert("RGB")
    notes = Image.Exif()
    notes[0x0112] = 6
    notes.get_ifd(0x8825)[2] = (30.0, 15.0, 0.0)
    target = io.BytesIO()
    image.save(target, "JPEG", exif=notes)
    return target.getvalue()


def test_from_claim_to_award(app: Flask, village: ClaimVillage, villager: ApiClient) -> None:
    codes = [rule["code"] for rule in villager.get("/claim-rules").get_json()]
    assert "PA01" in codes
    assert not {"ZY01", "XF01"} & set(codes)
    member_id = str(village.member("李秀英"))
    body = {**DEED, "rule_code": "PA01", "member_id": member_id}
    made = villager.post("/me/claims", body, key="one")
    assert made.status_code == 201
    assert villager.post("/me/claims", body, key="one").get_json() == made.get_json()
    claim = made.get_json()
    assert (claim["state"], claim["waits_at"], claim["source"]) == ("in_review", "panel", "helper")
    assert claim["path"] == ["panel"]
    first, second, third = (_staff(app, each) for each in village.reviewers.values())
    (waiting,) = first.get("/reviews").get_json()
    assert (waiting["id"], waiting["passbook_no"]) == (claim["id"], "0001")
    turn = {"round": waiting["round"], "step": waiting["step"]}
    path = f"/reviews/{claim['id']}/decision"
    asked = first.post(path, {**turn, "decision": "ask_back", "reason": "谁能作证？"})
    assert asked.get_json()["state"] == "asked_back"
    assert _code(second.post(path, {**turn, "decision": "approve"}), 409) == "claim_moved_on"
    own = villager.get(f"/me/claims/{claim['id']}").get_json()
    assert own["events"][-1]["text"] == "谁能作证？"
    assert "by" not in own["events"][-1]
    again = {**DEED, "statement": "孙梅作证"}
    back = villager.post(f"/me/claims/{claim['id']}/resubmission", again)
    assert back.get_json()["round"] == 2
    for by in (second, third):
        done = by.post(path, {"round": 2, "step": 0, "decision": "approve"})
    assert (done.get_json()["state"], done.get_json()["granted"]) == ("approved", "5")
    lines = villager.get("/me/passbook").get_json()["lines"]
    assert lines[0]["entry_id"] == done.get_json()["entry_id"]
    assert checker.check() == []


def test_wrong_input_is_answered_with_code_and_facts(
    village: ClaimVillage, villager: ApiClient
) -> None:
    def claim(**changed: Any) -> TestResponse:
        body = {**DEED, "rule_code": "PA01", "member_id": str(village.member("王大山"))}
        return villager.post("/me/claims", {**body, **changed})

    wrong = {
        "rule_not_found": {"rule_code": "QQ1"},
        "member_not_found": {"member_id": "5"},
        "claim_member_elsewhere": {"member_id": str(village.member("陈桂兰"))},
        "claim_in_future": {"occurred_on": "2026-10-13"},
        "photo_unreadable": {"photo_base64": "====" },
    }  # fmt: skip
    statuses = {"rule_not_found": 404, "member_not_found": 404}
    for code, changed in wrong.items():
        assert _code(claim(**changed), statuses.get(code, 422)) == code
    text = base64.b64encode(b"GIF89a no photo").decode()
    assert _code(claim(photo_base64=text), 422) == "photo_unreadable"
    unclaimable = claim(rule_code="ZY01")
    assert _code(unclaimable, 422) == "rule_not_claimable"
    assert unclaimable.get_json()["error"]["facts"] == {"rule_code": "ZY01"}
    for body in (
        {"statement": ""},
        {"occurred_on": "gestern"},
        {"zzz": 1},
        {"statement": "甲" * 201},
    ):
        assert _code(claim(**body), 422) == "invalid_input"
    assert queries.claims(village.village_id) == []


def test_who_may_and_what_is_of_others(app: Flask, village: ClaimVillage) -> None:
    claim = submit(village, "PA01", "王大山", photo=picture())
    neighbour = _villager(app, village, "陈桂兰")
    assert _code(neighbour.get(f"/me/claims/{claim.id}/photo"), 404) == "claim_not_found"
    for caller, path in (
        (_villager(app, village, "李秀英"), f"/me/claims/{claim.id}/photo"),
        (_staff(app, village.reviewers["评议员甲"]), f"/reviews/{claim.id}/photo"),
        (_staff(app, village.staff(Role.SUPERVISION)), f"/claims/{claim.id}/photo"),
    ):
        kept = base64.b64decode(caller.get(path).get_json()["photo_base64"])
        assert Image.open(io.BytesIO(kept)).size == (30, 40)
    assert _code(neighbour.get(f"/me/claims/{claim.id}"), 404) == "claim_not_found"
    assert neighbour.get("/me/claims").get_json() == []
    assert _code(neighbour.get("/claims"), 403) == "denied"
    assert _code(neighbour.get("/reviews"), 403) == "denied"
    assert _code(ApiClient(app).get("/claims"), 401) == "not_signed_in"
    others = village.branch.places
    reviewer = ApiClient(app, others.token(Role.REVIEWER, "shishan"))
    turn = {"round": 1, "step": 0, "decision": "approve"}
    answer = reviewer.post(f"/reviews/{claim.id}/decision", turn)
    assert _code(answer, 404) == "claim_not_found"
    president = ApiClient(app, others.token(Role.BRANCH_PRESIDENT, "shishan"))
    assert _code(president.get(f"/claims/{claim.id}"), 404) == "claim_not_found"
    pages = PageClient(app, others.token(Role.BRANCH_PRESIDENT, "shishan"))
    assert pages.get(f"/branch/claims/{claim.id}").status_code == 404
    assert pages.get(f"/branch/claims/{claim.id}/photo").status_code == 404
    assert PageClient(app).get(f"/me/claims/{claim.id}/photo").status_code in (302, 401)


def test_the_office_enters_paper_and_sets_the_way(app: Flask, village: ClaimVillage) -> None:
    organiser = _staff(app, village.staff(Role.ORGANISER))
    body = {**DEED, "rule_code": "YF04", "household_id": str(village.household_of("王大山"))}
    made = organiser.post("/claims", body).get_json()
    assert (made["source"], made["member_id"], made["path"]) == ("office", None, ["grid"])
    assert [event["by"] for event in made["events"]] == ["luxi organiser"]
    worker = _staff(app, village.staff(Role.GRID_WORKER))
    own = worker.post("/claims", {**body, "rule_code": "HJ05"}).get_json()
    turn = {"round": 1, "step": 0, "decision": "approve"}
    refused = worker.post(f"/reviews/{own['id']}/decision", turn)
    assert _code(refused, 403) == "reviewer_submitted"
    done = worker.post(f"/reviews/{made['id']}/decision", turn).get_json()
    assert done["state"] == "approved"
    assert queries.office_awards(
        village.village_id, [queries.claim(village.village_id, int(made["id"])).award_id or 0]
    )
    president = _staff(app, village.staff(Role.BRANCH_PRESIDENT))
    policy = {"quorum": 2, "drawn": 1, "appeal_days": 7}
    assert _code(president.post("/claim-policy", policy), 422) == "panel_smaller_than_quorum"
    assert president.post("/claim-policy", {**policy, "drawn": 2}).get_json()["drawn"] == 2
    assert _code(organiser.post("/claim-policy", policy), 403) == "denied"
    drawn = organiser.post("/claims", {**body, "rule_code": "BZ01"}).get_json()
    assert len(drawn["draws"][0]["drawn"]) == 2
    again = president.post(f"/claims/{drawn['id']}/draw", {"reason": "外出"}).get_json()
    assert [each["reason"] for each in again["draws"]] == ["", "外出"]
    assert _code(president.post(f"/claims/{own['id']}/draw", {"reason": "外出"}), 409) == (
        "panel_not_drawn"
    )


def test_ties_and_kin_of_the_staff(app: Flask, village: ClaimVillage) -> None:
    president = _staff(app, village.staff(Role.BRANCH_PRESIDENT))
    one, other = (str(village.household_of(name)) for name in ("王大山", "陈桂兰"))
    pair = {"household_id": other, "other_household_id": one}
    (kin,) = president.post("/kinships", pair).get_json()
    assert len(president.post("/kinships", pair).get_json()) == 1
    assert {kin["household"]["id"], kin["other"]["id"]} == {one, other}
    assert _code(president.post("/kinships", {**pair, "household_id": one}), 422) == "kin_of_itself"
    assert president.post(f"/kinships/{kin['id']}/end").get_json() == []
    assert _code(president.post(f"/kinships/{kin['id']}/end"), 404) == "kinship_not_found"
    account_id = str(village.reviewers["评议员甲"])
    tied = president.post("/staff-ties", {"account_id": account_id, "household_id": one})
    assert tied.get_json()["household"]["passbook_no"] == "0001"
    for code, changed in (
        ("staff_not_found", {"account_id": "5"}),
        ("household_not_found", {"household_id": "5"}),
        ("grid_not_found", {"grid_id": "5"}),
    ):
        body = {"account_id": account_id, "household_id": one, **changed}
        assert _code(president.post("/staff-ties", body), 404) == code
    page = PageClient(app, village.branch.places.token(Role.BRANCH_PRESIDENT))
    shown = page.get("/register/kin").text
    assert "0001 王大山家" in shown
    form = {"passbook_no": "1", "other_passbook_no": "2"}
    assert "0002 陈桂兰家" in page.post("/register/kin", form, follow=True).text
    tie_form = {"account_id": account_id, "passbook_no": "", "grid_id": ""}
    assert "不是本村的户" in page.post("/register/kin/staff", tie_form, follow=True).text


def test_a_photo_keeps_its_pixels_and_nothing_else() -> None:
    sent = picture(1600, 1200)
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)
    photo = clean_photo(sent)
    kept = Image.open(io.BytesIO(photo.content))
    # Turned upright, as its note said.
    assert kept.size == (photo.width, photo.height) == (960, SIDE_PIXELS_MAX)
    assert not kept.getexif()
    assert not {"exif", "icc_profile", "comment"} & set(kept.info)
    assert len(clean_photo(picture(2000, 2000, noise=True)).content) <= KEPT_BYTES_MAX


def test_a_photo_is_turned_upright_whichever_way_it_was_held() -> None:
    image = Image.new("RGB", (64, 32), "white")
    image.paste("red", (0, 0, 16, 16))
    for way in range(1, 9):
        notes, target = Image.Exif(), io.BytesIO()
        notes[0x0112] = way
        image.save(target, "JPEG", exif=notes, quality=95)
        kept = Image.open(io.BytesIO(clean_photo(target.getvalue()).content))
        meant = ImageOps.exif_transpose(Image.open(target))
        assert kept.size == meant.size
        for corner in ((4, 4), (kept.width - 5, 4), (4, kept.height - 5)):
            assert _is_red(kept, corner) == _is_red(meant, corner), way


def _is_red(image: Image.Image, place: tuple[int, int]) -> bool:
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return found[1] < 128


def _bomb() -> bytes:
    """A small file that would unpack to a hundred million pixels."""
    target = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: b"", "photo_unreadable"),
        (lambda: picture()[:200], "photo_unreadable"),
        (lambda: b"<svg/>", "photo_unreadable"),
        (lambda: bytes(5_000_001), "photo_too_large"),
        (_bomb, "photo_too_large"),
    ],
)
def test_what_is_no_photo_is_refused(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        clean_photo(make())
    assert refusal.value.code == code
