"""The rule book for everybody to read, and for the branch president to renew."""

from collections.abc import Sequence
from datetime import date
from html import unescape

from flask import (
    Blueprint,
    flash,
    get_template_attribute,
    redirect,
    render_template,
    url_for,
)
from werkzeug.wrappers import Response

from app.identity import queries as places
from app.identity.access import actor_id, open_to_all, requires, village_id
from app.identity.domain import VILLAGE_ROLES, Role
from app.kit import clock
from app.kit.month import Month
from app.printing import payloads
from app.printing.compilation import compile_pdf
from app.web.forms import load_form, uploaded_file
from app.web.messages import sentence
from app.web.transaction import writes

from . import queries, service
from .domain.awards import RuleRef
from .domain.caps import cap_groups
from .domain.files import write_rule_book
from .domain.incentives import USUAL_INCENTIVES
from .domain.rules import Adoption
from .domain.terms_sheet import TERM_LABELS
from .models import RuleVersion
from .schemas import AdoptForm

pages = Blueprint("rulebook", __name__)

_FAULTY_LINES_SHOWN = 100

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pages.get("/rule-book")
@requires(*VILLAGE_ROLES)
def show_own() -> Response:
    """The way to the public page of the caller's village."""
    code = places.village(village_id()).code
    return redirect(url_for("rulebook.show_public", village_code=code))


@pages.get("/rule-book/<village_code>")
@open_to_all
def show_public(village_code: str) -> str:
    """What counts today."""
    village = places.village_by_code(village_code)
    return _rule_book(village.id, queries.current_version(village.id, clock.today()))


@pages.get("/rule-book/<village_code>/versions/<int(9999):number>")
@open_to_all
def show_version(village_code: str, number: int) -> str:
    """An earlier or a coming version."""
    village = places.village_by_code(village_code)
    return _rule_book(village.id, queries.version_by_number(village.id, number))


@pages.get("/rule-book/<village_code>/versions/<int(9999):number>/against/<int(9999):other>")
@open_to_all
def show_comparison(village_code: str, number: int, other: int) -> str:
    """What a version changed against another one."""
    village = places.village_by_code(village_code)
    return render_template(
        "rulebook/comparison.html",
        village=village,
        found=queries.comparison(
            queries.version_by_number(village.id, other),
            queries.version_by_number(village.id, number),
        ),
        versions=queries.versions(village.id),
        term_labels=TERM_LABELS,
    )


@pages.get("/rule-book/versions/<int(9999):number>/rule-book.xlsx")
@requires(*VILLAGE_ROLES)
def export(number: int) -> Response:
    """A version of the caller's village, to be edited and brought in again."""
    version = queries.version_by_number(village_id(), number)
    content = write_rule_book(
        queries.rules(version.id),
        queries.incentives_of(version),
        queries.adoption_of(version),
        number=version.number,
        starts_on=version.starts_on,
    )
    name = f"rule-book-{places.village(village_id()).code}-{number}.xlsx"
    answer = Response(content, mimetype=XLSX)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


@pages.get("/rule-book/versions/<int(9999):number>/rule-book.pdf")
@requires(*VILLAGE_ROLES)
def print_version(number: int) -> Response:
    """A version of the caller's village for the wall, with the record of its adoption."""
    payload = _printed(queries.version_by_number(village_id(), number))
    return Response(compile_pdf(payload), mimetype="application/pdf")


@pages.get("/branch/rule-book")
@requires(Role.BRANCH_PRESIDENT)
def show_rule_book() -> str:
    """What counts today, with the way to a new version."""
    current = queries.current_version(village_id(), clock.today())
    return _rule_book(village_id(), current, for_president=True)


@pages.get("/branch/rule-book/import")
@requires(Role.BRANCH_PRESIDENT)
def upload_form() -> str:
    return render_template("rulebook/upload.html")


@pages.post("/branch/rule-book/import")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=upload_form)
def upload() -> Response:
    file_name, content = uploaded_file()
    draft = service.upload_draft(
        village_id=village_id(),
        file_name=file_name,
        content=content,
        actor_id=actor_id(),
    )
    return redirect(url_for("rulebook.show_draft", draft_id=draft.id), 303)


@pages.get("/branch/rule-book/drafts/<int:draft_id>")
@requires(Role.BRANCH_PRESIDENT)
def show_draft(draft_id: int) -> str:
    """What was read, what keeps it from being saved, what it changes; then the adoption."""
    draft = queries.draft(village_id(), draft_id)
    preview = queries.preview(village_id(), draft.content)
    faulty = {each.line for each in preview.refused} | {each.line for each in preview.findings}
    return render_template(
        "rulebook/draft.html",
        draft=draft,
        preview=preview,
        faulty_lines=sorted(faulty - {0})[:_FAULTY_LINES_SHOWN],
        faulty_lines_more=max(len(faulty - {0}) - _FAULTY_LINES_SHOWN, 0),
        saved=draft.rule_version_id and queries.version(village_id(), draft.rule_version_id),
        village=places.village(village_id()),
        today=clock.today(),
        next_month=Month.of(clock.today()).next.first_day,
        # What was adopted before is the likeliest to be adopted again, its absence too.
        terms=USUAL_INCENTIVES if preview.proposed_terms is None else preview.proposed_terms,
        usual=USUAL_INCENTIVES,
        term_labels=TERM_LABELS,
    )


@pages.post("/branch/rule-book/drafts/<int:draft_id>")
@requires(Role.BRANCH_PRESIDENT)
@writes(again=show_draft)
def adopt(draft_id: int) -> Response:
    form = load_form(AdoptForm())
    starts_on, incentives = form.pop("starts_on"), form.pop("incentives")
    version = service.adopt_draft(
        village_id=village_id(),
        draft_id=draft_id,
        adoption=Adoption(**form),
        starts_on=starts_on,
        incentives=incentives,
        actor_id=actor_id(),
    )
    flash(sentence("rule_version_saved", {"number": version.number}))
    return redirect(url_for("rulebook.show_rule_book"), 303)


def _rule_book(
    of_village_id: int, version: RuleVersion | None, *, for_president: bool = False
) -> str:
    rules = queries.rules(version.id) if version else []
    return render_template(
        "rulebook/rule_book.html",
        village=places.village(of_village_id),
        version=version,
        current=queries.current_version(of_village_id, clock.today()),
        versions=queries.versions(of_village_id),
        today=clock.today(),
        categories=_by_category(rules),
        groups=cap_groups(rules),
        terms=queries.incentives_of(version),
        for_president=for_president,
    )


def _by_category(rules: Sequence[RuleRef]) -> list[tuple[str, list[RuleRef]]]:
    """The rules under their categories, which come in the order of the file."""
    categories: dict[str, list[RuleRef]] = {}
    for rule in rules:
        categories.setdefault(rule.category, []).append(rule)
    return list(categories.items())


def _printed(version: RuleVersion) -> payloads.RuleBookPrint:
    """What the paper says; in the words of the page, so that both say the same."""
    village = places.village(version.village_id)
    rules = queries.rules(version.id)
    groups = cap_groups(rules)
    terms = queries.incentives_of(version)
    spoken = (
        ("党员联系农户", "linked", terms.linked),
        ("网格奖励", "grid", terms.grid),
        ("服务队奖励", "team", terms.team_bonus),
    )
    return payloads.RuleBookPrint(
        created_at=version.imported_at,
        town_name=places.town(village.town_id).name,
        village_name=village.name,
        branch_name=f"{village.name}分行",
        number=str(version.number),
        starts_on=_day(version.starts_on),
        meeting=f"{_day(version.meeting_on)} {version.meeting_kind}",
        votes=f"到会 {version.present} 人，赞成 {version.votes_for}，反对 {version.votes_against}",
        record_number=version.record_number,
        categories=tuple(
            payloads.RuleCategory(
                title=category,
                rules=tuple(
                    payloads.RuleLine(
                        code=rule.code,
                        title=rule.title,
                        points=_words("points", rule),
                        cap=_words("cap", rule, groups),
                        basis="；".join(filter(None, [rule.evidence, _words("review", rule)])),
                    )
                    for rule in of_category
                ),
            )
            for category, of_category in _by_category(rules)
        ),
        terms=tuple(
            payloads.RuleTerm(title=title, text=_words(name, part))
            for title, name, part in spoken
            if part is not None
        ),
    )


def _words(macro: str, *given: object) -> str:
    """What a macro of the rule book's pages says, as plain text."""
    said = get_template_attribute("rulebook/words.html", macro)(*given)
    return unescape(str(said)).strip()


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
