"""Receipts: shown, printed, listed by day, and voided."""

from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.identity import queries as identity
from app.identity.access import actor_id, principal, requires, village_id
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import DomainError
from app.kit.points import format_tenths
from app.printing.compilation import compile_pdf
from app.printing.payloads import Receipt as ReceiptPrint
from app.printing.payloads import ReceiptRow
from app.store import queries, service
from app.store.access import redemption_in_reach, store_in_reach
from app.store.domain.redemption import check_void
from app.store.models import Redemption
from app.store.schemas import VoidForm
from app.web.forms import load_form
from app.web.transaction import writes

pages = Blueprint("receipts", __name__)


@pages.get("/redemptions/<int:redemption_id>")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
def show(redemption_id: int) -> str:
    redemption = redemption_in_reach(redemption_id)
    return render_template(
        "store/receipt.html",
        fresh=request.args.get("fresh") == "1" and redemption.voided_at is None,
        may_void=_may_void(redemption),
        **_context(redemption),
    )


@pages.get("/redemptions/<int:redemption_id>/receipt.pdf")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
def show_pdf(redemption_id: int) -> Response:
    redemption = redemption_in_reach(redemption_id)
    receipt, holder = queries.receipt(redemption), queries.holder(redemption)
    voided = redemption.voided_at
    pdf = compile_pdf(
        ReceiptPrint(
            created_at=voided or redemption.created_at,
            number=receipt.number,
            store_name=queries.store(redemption.village_id, redemption.store_id).name,
            sold_at=f"{clock.local(redemption.created_at):%Y-%m-%d %H:%M}",
            passbook_number=holder.passbook_no,
            short_name=holder.short_name,
            rows=tuple(
                ReceiptRow(
                    title=line.title,
                    quantity=f"{line.quantity}{line.unit_word}",
                    points=format_tenths(line.total),
                )
                for line in receipt.lines
            ),
            points_total=format_tenths(redemption.total),
            balance_after=format_tenths(queries.balance_after(redemption)),
            voided="" if voided is None else f"{clock.local(voided):%Y-%m-%d %H:%M}",
        )
    )
    return Response(pdf, mimetype="application/pdf")


@pages.get("/redemptions/<int:redemption_id>/void")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
def void_form(redemption_id: int) -> str:
    redemption = redemption_in_reach(redemption_id)
    return render_template("store/void.html", **_context(redemption))


@pages.post("/redemptions/<int:redemption_id>/void")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
@writes(again=void_form)
def void(redemption_id: int) -> BaseResponse:
    redemption = redemption_in_reach(redemption_id)
    form = load_form(VoidForm())
    service.void_redemption(
        village_id=redemption.village_id,
        redemption_id=redemption.id,
        actor_id=actor_id(),
        is_branch_president=_is_branch_president(),
        **form,
    )
    return redirect(url_for("receipts.show", redemption_id=redemption_id), 303)


@pages.get("/stores/<int:store_id>/receipts")
@requires(Role.CLERK, Role.BRANCH_PRESIDENT)
def list_receipts(store_id: int) -> str:
    store = store_in_reach(store_id)
    day = _day_asked() or clock.today()
    receipts = queries.receipts_of_day(store.id, day)
    return render_template(
        "store/receipts.html",
        store=store,
        day=day,
        receipts=receipts,
        total=sum(each.redemption.total for each in receipts if not each.redemption.voided_at),
        for_review=queries.receipts_listed_for_review(store.id),
    )


def _context(redemption: Redemption) -> dict[str, object]:
    return {
        "receipt": queries.receipt(redemption),
        "redemption": redemption,
        "holder": queries.holder(redemption),
        "store": queries.store(redemption.village_id, redemption.store_id),
        "balance_after": queries.balance_after(redemption),
        "names": identity.display_names([redemption.clerk_id, redemption.void_actor_id or 0]),
        "village": identity.village(village_id()),
    }


def _may_void(redemption: Redemption) -> bool:
    try:
        check_void(
            clerk_id=redemption.clerk_id,
            sold_on=redemption.sold_on,
            actor_id=actor_id(),
            is_branch_president=_is_branch_president(),
            today=clock.today(),
        )
    except DomainError:
        return False
    return redemption.voided_at is None


def _is_branch_president() -> bool:
    return Role.BRANCH_PRESIDENT in principal().roles


def _day_asked() -> date | None:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
