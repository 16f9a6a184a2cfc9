"""A code comes in by the camera, by a USB scanner or by typing, and nothing is counted twice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, Request, Route, expect

from tests.look.site import CARD_CODE, Site
from tests.support.browser import launch, launch_with_camera, open_phone, phone_context
from tests.support.fixtures import CameraPhone
from tests.support.page_checks import page_faults

LINK = f"HTTPS://JF.EXAMPLE.CN/C/{CARD_CODE}"
HELLO = {"level": "ok", "title": "王建军 已签到", "message": "08:31"}
ALREADY = {"level": "wait", "title": "早就签过了", "message": "08:31 已由李建国扫过"}
LIVE_TRACKS = """() => document.querySelector("video").srcObject.getTracks()
    .filter(track => track.readyState === "live").length"""
# What is shown for a moment is measured at once.
SHOWN = """() => {
    const panel = document.querySelector(".result.covers.ok");
    const box = panel && panel.getBoundingClientRect();
    return panel && [box.width, box.height, panel.innerText];
}"""
# A USB scanner: keys in one burst into what has the focus. Under a Chinese input method they arrive
# without their character and nothing reaches the field.
PRESS_KEYS = """({text, composing}) => {
    const press = (code, key, shiftKey) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", {
            code, shiftKey, key: composing ? "Process" : key, keyCode: composing ? 229 : 0,
            bubbles: true, cancelable: true,
        }));
    for (const character of text) {
        const code = (/[0-9]/.test(character) ? "Digit" : "Key") + character;
        press(code, character, /[A-Z]/.test(character));
        if (!composing && "value" in document.activeElement)
            document.activeElement.value += character;
    }
    press("Enter", "Enter", false);
}"""
NOTE_TONES = """() => {
    window.tones = [];
    const real = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
        const tone = real.call(this);
        const start = tone.start;
        tone.start = at => {
            window.tones.push([tone.type, tone.frequency.value]);
            start.call(tone, at);
        };
        return tone;
    };
}"""


def press_keys(page: Page, text: str, *, composing: bool = False) -> None:
    page.evaluate(PRESS_KEYS, {"text": text, "composing": composing})


def test_camera_fills_and_submits_the_form(site: Site, camera_phone: CameraPhone) -> None:
    with camera_phone(LINK) as page:
        page.goto(site.url("scan_submit"))
        page.get_by_label("备注").fill("在村口")
        page.get_by_role("button", name="扫码").click()
        expect(page.locator("#code")).to_have_text(LINK, timeout=20_000)
    (post,) = site.posts
    assert post["code"] == LINK
    assert post["memo"] == "在村口"
    assert post["csrf_token"]
    assert post["idempotency_key"]


def test_reader_is_loaded_only_when_asked_for(site: Site, camera_phone: CameraPhone) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    with camera_phone(LINK) as page:
        page.on("request", note)
        page.goto(site.url("scan_stream"), wait_until="networkidle")
        assert not [url for url in asked if "/vendor/" in url]
        page.get_by_role("button", name="扫码").click()
        page.get_by_role("alert").filter(has_text="没有办成").wait_for(timeout=20_000)
        assert all(url.startswith(site.address) for url in asked)
        assert [url for url in asked if url.endswith("zxing_reader.wasm")]


def test_card_held_before_the_camera_counts_once(site: Site, camera_phone: CameraPhone) -> None:
    site.answers[LINK] = HELLO
    with camera_phone(LINK) as page:
        page.goto(site.url("scan_stream"))
        page.get_by_role("button", name="扫码").click()
        width, height, words = page.wait_for_function(SHOWN, timeout=20_000).json_value()
        assert (width, height) == (360, 740)
        assert "王建军 已签到" in words
        expect(page.locator(".result")).to_have_count(0)
        # Longer than the time after which an unseen code would count again.
        page.wait_for_timeout(3500)
        assert page.evaluate(LIVE_TRACKS) == 1
        page.get_by_role("button", name="关闭摄像头").click()
        expect(page.get_by_role("listitem")).to_have_text("✓ 王建军 已签到08:31")
    assert len(site.posts) == 1
    assert site.posts[0]["csrf_token"]
    assert len(site.posts[0]["Idempotency-Key"]) == 32
    assert "idempotency_key" not in site.posts[0]


def test_bad_code_leaves_the_camera_on(site: Site, camera_phone: CameraPhone) -> None:
    with camera_phone("HTTPS://EXAMPLE.COM/LUNCH") as page:
        page.goto(site.url("scan_stream"))
        page.get_by_role("button", name="扫码").click()
        panel = page.locator(".result.covers.refused")
        expect(panel).to_contain_text("这张卡不能用，请核对。", timeout=20_000)
        assert page_faults(page) == []
        assert page.evaluate(LIVE_TRACKS) == 1
        page.get_by_role("button", name="接着扫").click()
        expect(panel).to_have_count(0)
        assert page.evaluate(LIVE_TRACKS) == 1


def test_hidden_page_lets_the_camera_go(site: Site, camera_phone: CameraPhone) -> None:
    with camera_phone(LINK) as page:
        page.goto(site.url("scan_stream"))
        page.get_by_role("button", name="扫码").click()
        expect(page.get_by_text("把二维码放进框里")).to_be_visible(timeout=20_000)
        assert page.evaluate(LIVE_TRACKS) == 1
        assert page_faults(page) == []
        page.evaluate("""() => {
            Object.defineProperty(document, "hidden", {value: true});
            document.dispatchEvent(new Event("visibilitychange"));
        }""")
        assert page.evaluate(LIVE_TRACKS) == 0
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_scans_are_answered_each_with_its_own_words_and_sound(site: Site, phone: Page) -> None:
    site.answers.update(AAAA2222=HELLO, BBBB3333=ALREADY)
    phone.goto(site.url("scan_stream"))
    phone.evaluate(NOTE_TONES)
    phone.get_by_label("或者输入卡号").click()
    heard = []
    for code, words in (
        ("AAAA2222", "已签到"),
        ("BBBB3333", "早就签过了"),
        ("CCCC4444", "没有办成"),
    ):
        press_keys(phone, code)
        expect(phone.locator(".scan-list .status").first).to_contain_text(words)
        heard.append(str(phone.evaluate("() => window.tones.splice(0)")))
        assert page_faults(phone) == []
    assert len(set(heard)) == 3
    assert "[]" not in heard
    expect(phone.locator(".scan-counts")).to_have_text("✓ 成功 1! 注意 1✗ 没成 1")
    assert [post["code"] for post in site.posts] == ["AAAA2222", "BBBB3333", "CCCC4444"]
    assert len({post["Idempotency-Key"] for post in site.posts}) == 3


def test_card_of_a_household_asks_who_came(site: Site, phone: Page) -> None:
    family = [{"member_id": "7", "name": "王建军"}, {"member_id": "8", "name": "陈大妹"}]
    question = {"level": "wait", "title": "王秀英家", "message": "谁来了？", "choices": family}
    site.answers.update({"AAAA2222": question, "AAAA2222 8": HELLO})
    phone.goto(site.url("scan_stream"))
    press_keys(phone, "AAAA2222")
    panel = phone.get_by_role("alert")
    expect(panel).to_contain_text("谁来了？")
    press_keys(phone, "BBBB3333")
    assert page_faults(phone) == []
    panel.get_by_role("button", name="接着扫").click()
    phone.get_by_role("button", name="选人").click()
    panel.get_by_role("button", name="登记选中的人").click()
    expect(panel).to_contain_text("还没有选人")
    panel.get_by_label("陈大妹").check()
    panel.get_by_role("button", name="登记选中的人").click()
    expect(phone.get_by_role("listitem")).to_have_text("✓ 王建军 已签到08:31")
    asked, chosen = site.posts
    assert (asked["code"], chosen["code"]) == ("AAAA2222", "AAAA2222")
    assert asked["Idempotency-Key"] != chosen["Idempotency-Key"]


def test_lost_answer_is_asked_for_again_under_the_same_key(site: Site, phone: Page) -> None:
    site.answers["AAAA2222"] = HELLO
    phone.goto(site.url("scan_stream"))

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    phone.route("**/scan_stream", lose_answer, times=1)
    press_keys(phone, "AAAA2222")
    expect(phone.get_by_role("alert")).to_contain_text("没有收到答复")
    phone.get_by_role("button", name="接着扫").click()
    assert page_faults(phone) == []
    phone.get_by_role("button", name="再发一次").click()
    expect(phone.get_by_role("listitem")).to_have_text("✓ 王建军 已签到08:31")
    assert len(site.posts) == 2
    assert site.posts[0] == site.posts[1]


@pytest.mark.parametrize("name", ["scan_submit", "till"])
def test_usb_scanner_under_a_chinese_input_method(site: Site, phone: Page, name: str) -> None:
    phone.goto(site.url(name))
    phone.get_by_role("textbox").first.click()
    press_keys(phone, CARD_CODE, composing=True)
    expect(phone.locator("#code")).to_have_text(CARD_CODE)


def test_usb_scanner_leaves_the_field_it_typed_into_as_it_was(site: Site, phone: Page) -> None:
    phone.goto(site.url("scan_submit"))
    memo = phone.get_by_label("备注")
    memo.fill("在村口")
    memo.focus()
    press_keys(phone, CARD_CODE)
    expect(phone.locator("#code")).to_have_text(CARD_CODE)
    assert site.posts[0]["memo"] == "在村口"


def test_typed_code_is_sent_as_typed(site: Site, phone: Page) -> None:
    phone.goto(site.url("scan_stream"))
    field = phone.get_by_label("或者输入卡号")
    field.press_sequentially("K7M4 X9", delay=120)
    phone.get_by_role("button", name="签到").click()
    expect(phone.locator(".result.covers")).to_be_visible()
    expect(field).to_have_value("")
    assert [post["code"] for post in site.posts] == ["K7M4 X9"]


def test_typed_code_works_without_scripts(site: Site, playwright: Playwright) -> None:
    with launch(playwright) as browser:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(site.url("scan_submit"))
        assert page.get_by_role("button", name="扫码").count() == 0
        page.get_by_label("卡号").fill(CARD_CODE)
        page.get_by_role("button", name="查卡").click()
        assert page.inner_text("#code") == CARD_CODE


@pytest.mark.parametrize(
    ("flag", "granted", "words"),
    [
        ("--use-fake-device-for-media-stream", False, "没有得到使用摄像头的许可"),
        ("--deny-permission-prompts", True, "没有找到摄像头"),
    ],
)
def test_camera_that_cannot_be_used_is_explained(
    site: Site, playwright: Playwright, flag: str, words: str, *, granted: bool
) -> None:
    with launch(playwright, flag) as browser, open_phone(browser) as page:
        if granted:
            page.context.grant_permissions(["camera"])
        page.goto(site.url("scan_submit"))
        page.get_by_role("button", name="扫码").click()
        expect(page.get_by_role("alert")).to_contain_text(words)
        expect(page.get_by_role("alert")).to_contain_text("也可以在下面手工输入")
        assert page_faults(page) == []


def test_address_without_encryption_is_explained(site: Site, playwright: Playwright) -> None:
    mapped = "--host-resolver-rules=MAP village.test 127.0.0.1"
    with launch(playwright, mapped) as browser, open_phone(browser) as page:
        page.goto(site.url("scan_submit").replace("127.0.0.1", "village.test"))
        page.get_by_role("button", name="扫码").click()
        expect(page.get_by_role("alert")).to_contain_text("没有加密")


@contextmanager
def phone_without_wasm(playwright: Playwright, folder: Path) -> Iterator[Page]:
    """A phone that, like an old WebView, does not know `wasm-unsafe-eval`, before a card."""

    def weaken(route: Route) -> None:
        answer = route.fetch()
        policy = answer.headers["content-security-policy"].replace("'wasm-unsafe-eval'", "")
        headers = {**answer.headers, "content-security-policy": policy}
        route.fulfill(response=answer, headers=headers)

    with (
        launch_with_camera(playwright, LINK, folder) as browser,
        phone_context(browser) as context,
    ):
        context.route("**/look/*", weaken)
        yield context.new_page()


def test_old_browser_reads_codes_without_wasm(
    site: Site, playwright: Playwright, tmp_path: Path
) -> None:
    with phone_without_wasm(playwright, tmp_path) as page:
        page.goto(site.url("scan_submit"))
        page.get_by_role("button", name="扫码").click()
        expect(page.locator("#code")).to_have_text(LINK, timeout=20_000)


def test_reader_that_cannot_be_loaded_is_explained(
    site: Site, playwright: Playwright, tmp_path: Path
) -> None:
    with phone_without_wasm(playwright, tmp_path) as page:
        page.route("**/jsQR.js", lambda route: route.abort())
        page.goto(site.url("scan_submit"))
        page.get_by_role("button", name="扫码").click()
        expect(page.get_by_role("alert")).to_contain_text("扫码程序没有装上", timeout=20_000)
        expect(page.get_by_role("dialog")).to_be_hidden()
