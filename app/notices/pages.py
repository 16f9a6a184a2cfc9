"""The month's end for the branch president, and the notice for everybody."""

import json

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.identity import access
from app.identity import queries as places
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.canonical import printed_digest
from app.printing.compilation import compile_pdf
from app.web.forms import load_form
from app.web.messages import sentence
from app.web.transaction import writes

from . import queries, service
from .domain import (
    HONOURS_MAX,
    NOTICE_DAYS_DEFAULT,
    NoticePeriod,
    NoticeState,
    ObjectionSource,
    SignaturePart,
    closing_is_due,
    missing_signatures,
)
from .models import Notice
from .schemas import (
    CloseMonthIn,
    DecisionIn,
    HonourIn,
    ObjectionIn,
    OfficeObjectionIn,
    PublishIn,
    RedemptionDayIn,
    SignatureIn,
)

pages = Blueprint("notices", __name__)


@pages.get("/desk/notices")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def notice_list() -> str:
    village_id = access.village_id()
    period = books.open_period(village_id)
    return render_template(
        "notices/list.html",
        notices=queries.notices(village_id),
        period=period,
        matters=queries.open_matters(village_id, clock.now()),
        closing_due=period and closing_is_due(Month.parse(period.month), clock.today()),
        chinese=_chinese,
    )


@pages.post("/desk/notices")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_list)
def close_month() -> AnyResponse:
    form = load_form(CloseMonthIn())
    notice = service.close_month(village_id=access.village_id(), actor_id=access.actor_id(), **form)
    flash(f"{form['month'].chinese}已结账，下个月的账同时开始。请看公示草稿。")
    return redirect(url_for("notices.notice_desk", notice_id=notice.id), 303)


@pages.get("/desk/notices/<int:notice_id>")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def notice_desk(notice_id: int) -> str:
    notice = queries.notice(access.village_id(), notice_id)
    signatures = queries.signatures(notice.id)
    return render_template(
        "notices/desk.html",
        notice=notice,
        objections=queries.objections(notice.id),
        honours=queries.honours(notice.id),
        signatures=signatures,
        missing=missing_signatures(SignaturePart(each.part) for each in signatures),
        honours_max=HONOURS_MAX,
        seal=books.seal(notice.period_id),
        printed_digest=printed_digest,
        chinese=_chinese,
        today=clock.today(),
        days=NOTICE_DAYS_DEFAULT,
        can_settle=notice.posted_to is not None and clock.today() > notice.posted_to,
        supplements=queries.supplements(notice.id),
        to_tell=queries.to_tell(notice),
    )


@pages.get("/desk/notices/<int:notice_id>/draft.pdf")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def draft_pdf(notice_id: int) -> Response:
    notice = queries.notice(access.village_id(), notice_id)
    period = NoticePeriod.starting(clock.today(), NOTICE_DAYS_DEFAULT)
    payload = queries.notice_print(notice, period, created_at=notice.closed_at)
    return Response(compile_pdf(payload), mimetype="application/pdf")


@pages.get("/desk/notices/<int:notice_id>/a3.pdf")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def a3_pdf(notice_id: int) -> Response:
    """The same notice enlarged; what was published comes from what was frozen."""
    notice = queries.notice(access.village_id(), notice_id)
    return Response(compile_pdf(queries.notice_on_a3(notice)), mimetype="application/pdf")


@pages.post("/desk/notices/<int:notice_id>/publish")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_desk)
def publish(notice_id: int) -> AnyResponse:
    form = load_form(PublishIn())
    service.publish_notice(
        village_id=access.village_id(),
        notice_id=notice_id,
        period=NoticePeriod.starting(form["posted_from"], form["days"]),
        actor_id=access.actor_id(),
    )
    flash("公示已定稿。请打印、签字、盖章、张贴。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.post("/desk/notices/<int:notice_id>/honours")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_desk)
def add_honour(notice_id: int) -> AnyResponse:
    form = load_form(HonourIn())
    del form["consented"]
    honour = service.add_honour(
        village_id=access.village_id(), notice_id=notice_id, actor_id=access.actor_id(), **form
    )
    flash(f"已写上{honour.name}的好事。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.post("/desk/notices/<int:notice_id>/honours/<int:honour_id>/remove")
@access.requires(Role.BRANCH_PRESIDENT)
@writes
def remove_honour(notice_id: int, honour_id: int) -> AnyResponse:
    service.remove_honour(village_id=access.village_id(), notice_id=notice_id, honour_id=honour_id)
    flash("已拿掉。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.post("/desk/notices/<int:notice_id>/redemption-day")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_desk)
def set_redemption_day(notice_id: int) -> AnyResponse:
    service.set_redemption_day(
        village_id=access.village_id(),
        notice_id=notice_id,
        day=load_form(RedemptionDayIn())["redemption_on"],
    )
    flash("集中兑换日已改好。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.post("/desk/notices/<int:notice_id>/signatures")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_desk)
def add_signature(notice_id: int) -> AnyResponse:
    signature = service.add_signature(
        village_id=access.village_id(),
        notice_id=notice_id,
        actor_id=access.actor_id(),
        **load_form(SignatureIn()),
    )
    flash(f"已记下{signature.name}的签字。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.post("/desk/notices/<int:notice_id>/signatures/<int:signature_id>/remove")
@access.requires(Role.BRANCH_PRESIDENT)
@writes
def remove_signature(notice_id: int, signature_id: int) -> AnyResponse:
    service.remove_signature(
        village_id=access.village_id(), notice_id=notice_id, signature_id=signature_id
    )
    flash("已拿掉。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.post("/desk/notices/<int:notice_id>/settle")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_desk)
def settle(notice_id: int) -> AnyResponse:
    service.settle_notice(
        village_id=access.village_id(), notice_id=notice_id, actor_id=access.actor_id()
    )
    flash("已结算，本期积分可以兑换了。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.get("/desk/notices/<int:notice_id>/supplement.pdf")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def draft_supplement(notice_id: int) -> Response:
    notice = queries.notice(access.village_id(), notice_id)
    return Response(compile_pdf(queries.supplement_draft(notice)), mimetype="application/pdf")


@pages.post("/desk/notices/<int:notice_id>/supplements")
@access.requires(Role.BRANCH_PRESIDENT)
@writes(again=notice_desk)
def publish_supplement(notice_id: int) -> AnyResponse:
    form = load_form(PublishIn())
    made = service.publish_supplement(
        village_id=access.village_id(),
        notice_id=notice_id,
        period=NoticePeriod.starting(form["posted_from"], form["days"]),
        actor_id=access.actor_id(),
    )
    flash(f"补充公示{made.number}号已定稿。请打印、签字、盖章、张贴。")
    return redirect(url_for("notices.notice_desk", notice_id=notice_id), 303)


@pages.get("/desk/notices/<int:notice_id>/objections/new")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def office_objection_form(notice_id: int) -> str:
    notice = queries.notice(access.village_id(), notice_id)
    return render_template("notices/office_objection.html", notice=notice, chinese=_chinese)


@pages.post("/desk/notices/<int:notice_id>/objections/new")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@writes(again=office_objection_form)
def file_office_objection(notice_id: int) -> AnyResponse:
    form = load_form(OfficeObjectionIn())
    notice = queries.notice(access.village_id(), notice_id)
    objection = service.file_objection(notice_id=notice.id, actor_id=access.actor_id(), **form)
    flash(f"异议{objection.number}号已记下。")
    return redirect(url_for("notices.objection_desk", objection_id=objection.id), 303)


@pages.get("/desk/objections/<int:objection_id>")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
def objection_desk(objection_id: int) -> str:
    village_id = access.village_id()
    objection = queries.objection(village_id, objection_id)
    notice = queries.notice(village_id, objection.notice_id)
    passbook = request.args.get("passbook") or objection.passbook_number
    return render_template(
        "notices/objection.html",
        objection=objection,
        notice=notice,
        chinese=_chinese,
        passbook=passbook,
        awards=queries.award_choices(notice, passbook) if passbook else [],
    )


@pages.post("/desk/objections/<int:objection_id>")
@access.requires(Role.BRANCH_PRESIDENT, Role.SUPERVISION)
@writes(again=objection_desk)
def decide_objection(objection_id: int) -> AnyResponse:
    form = load_form(DecisionIn())
    objection = service.decide_objection(
        village_id=access.village_id(),
        objection_id=objection_id,
        decision=form["decision"],
        answer=form["answer"],
        award_ids=tuple(form["award_ids"]),
        actor_id=access.actor_id(),
    )
    flash(f"异议{objection.number}号已答复。")
    return redirect(url_for("notices.notice_desk", notice_id=objection.notice_id), 303)


@pages.get("/n/<code>")
@access.open_to_all
def public_notice(code: str) -> str:
    notice = queries.notice_by_code(code)
    line, proof, missing = _asked_line(notice)
    return render_template(
        "notices/public.html",
        notice=notice,
        village=places.village(notice.village_id),
        **access.place_words(notice.village_id),
        content=json.loads(notice.content or "{}"),
        verification=queries.verify(notice),
        line=line,
        proof=proof,
        line_missing=missing,
        printed_digest=printed_digest,
        chinese=_chinese,
        takes_objections=_takes_objections(notice),
        supplements=queries.supplements(notice.id),
    )


def _asked_line(
    notice: Notice,
) -> tuple[queries.PaperLine | None, queries.HouseholdProof | None, str]:
    """The line of the household that was asked for, its proof, and the sentence that says what
    there is not.
    """
    number = request.args.get("passbook", "").strip()
    if not number:
        return None, None, ""
    line = None
    try:
        line = queries.paper_line(notice, number)
        proof = queries.household_proof(notice, number)
    except (NotFound, Conflict) as error:
        return line, None, sentence(error.code, error.facts)
    return line, proof, ""


@pages.get("/n/<code>/proof.json")
@access.open_to_all
def household_proof(code: str) -> Response:
    notice = queries.notice_by_code(code)
    proven = queries.household_proof(notice, request.args.get("passbook", ""))
    answer = Response(json.dumps(proven.documents, indent=2), mimetype="application/json")
    name = f"proof-{notice.month}-{proven.passbook_number}.json"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@pages.get("/n/<code>/notice.pdf")
@access.open_to_all
def public_pdf(code: str) -> Response:
    notice = queries.notice_by_code(code)
    return Response(notice.pdf, mimetype="application/pdf")


@pages.get("/n/<code>/<int(999):number>")
@access.open_to_all
def public_supplement(code: str, number: int) -> str:
    notice = queries.notice_by_code(code)
    supplement = queries.supplement(notice, number)
    return render_template(
        "notices/supplement.html",
        notice=notice,
        supplement=supplement,
        village=places.village(notice.village_id),
        **access.place_words(notice.village_id),
        check=queries.check_supplement(notice, supplement),
        printed_digest=printed_digest,
        chinese=_chinese,
    )


@pages.get("/n/<code>/<int(999):number>/notice.pdf")
@access.open_to_all
def supplement_pdf(code: str, number: int) -> Response:
    made = queries.supplement(queries.notice_by_code(code), number)
    return Response(made.pdf, mimetype="application/pdf")


@pages.get("/n/<code>/objection")
@access.open_to_all
def objection_form(code: str) -> str:
    notice = queries.notice_by_code(code)
    return render_template(
        "notices/objection_form.html",
        notice=notice,
        village=places.village(notice.village_id),
        **access.place_words(notice.village_id),
        chinese=_chinese,
        takes_objections=_takes_objections(notice),
    )


@pages.post("/n/<code>/objection")
@access.open_to_all
@writes(again=objection_form)
def file_objection(code: str) -> str:
    form = load_form(ObjectionIn())
    notice = queries.notice_by_code(code)
    objection = service.file_objection(
        notice_id=notice.id, source=ObjectionSource.PHONE, actor_id=None, **form
    )
    return render_template(
        "notices/objection_received.html",
        objection=objection,
        notice=notice,
        village=places.village(notice.village_id),
        **access.place_words(notice.village_id),
        chinese=_chinese,
    )


def _takes_objections(notice: Notice) -> bool:
    return notice.state == NoticeState.PUBLISHED and queries.notice_period(notice).takes_objections(
        clock.today()
    )


def _chinese(month: str) -> str:
    return Month.parse(month).chinese
