"""Forms keep what was typed and say at the field what is wrong."""

from playwright.sync_api import Page, expect

from tests.look.site import Site


def test_refused_form_keeps_what_was_typed(site: Site, phone: Page) -> None:
    phone.goto(site.url("form"))
    phone.get_by_label("人数").fill("7")
    phone.get_by_label("密码").fill("831946")
    phone.get_by_label("网格").select_option("2")
    phone.get_by_label("写全名").check()
    phone.get_by_label("环境保护队").uncheck()
    phone.get_by_label("治安巡逻队").check()
    phone.get_by_label("本人同意公示").uncheck()
    phone.get_by_label("备注").fill("<b>住\n村口")
    phone.get_by_role("button", name="保存", exact=True).click()
    expect(phone.get_by_role("alert")).to_contain_text("有几处填得不对")
    expect(phone.get_by_label("人数")).to_have_value("7")
    expect(phone.get_by_label("密码")).to_have_value("")
    expect(phone.get_by_label("网格")).to_have_value("2")
    expect(phone.get_by_label("写全名")).to_be_checked()
    expect(phone.get_by_label("环境保护队")).not_to_be_checked()
    expect(phone.get_by_label("治安巡逻队")).to_be_checked()
    expect(phone.get_by_label("本人同意公示")).not_to_be_checked()
    expect(phone.get_by_label("备注")).to_have_value("<b>住\n村口")


def test_wrong_field_is_described_by_its_sentence(site: Site, phone: Page) -> None:
    phone.goto(site.url("form"))
    name = phone.get_by_label("户主姓名")
    expect(name).not_to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description("和户口本一样，少数民族姓名可以有“·”")
    phone.get_by_role("button", name="保存", exact=True).click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_accessible_description(
        "和户口本一样，少数民族姓名可以有“·” ✗ 请填写姓名。"
    )
    expect(phone.get_by_role("group", name="公示时怎么写姓名")).to_have_accessible_description(
        "✗ 请选一项。"
    )


def test_every_sending_form_carries_token_and_fresh_key(site: Site, phone: Page) -> None:
    keys = "form => form.querySelector('[name=idempotency_key]').value"
    phone.goto(site.url("form"))
    forms = phone.locator("main form[method=post]")
    assert forms.count() == 3
    found = {forms.nth(number).evaluate(keys) for number in range(3)}
    assert len(found) == 3
    assert forms.locator("[name=csrf_token]").count() == 3
    assert phone.locator("form[role=search] input[type=hidden]").count() == 0
