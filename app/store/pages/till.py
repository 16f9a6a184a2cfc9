"""The till: enrol the device, sign the clerk in, scan a card, choose goods, confirm."""

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.identity import access
from app.identity import queries as identity
from app.identity import service as identity_service
from app.identity.access import maybe_principal, open_to_all, requires
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import DomainError, NotFound
from app.store import queries, service
from app.store.access import sign_in_clerk, till
from app.store.domain.redemption import check_redemption, may_be_lost_reply
from app.store.models import CardScan, Redemption
from app.store.schemas import CardForm, EnrolmentForm, TillSignInForm
from app.web.forms import load_form
from app.web.refusal import shown_again
from app.web.transaction import writes

from .basket import read_basket

pages = Blueprint("till", __name__)


@pages.get("/till/enrol")
@open_to_all
def enrol_form() -> str:
    return render_template("store/enrol.html", code=None)


@pages.get("/t/<code>")
@open_to_all
def enrol_link(code: str) -> str:
    """What the QR code of an enrolment opens: nothing happens before the button is pressed."""
    return render_template("store/enrol.html", code=code)


@pages.post("/till/enrol")
@open_to_all
@writes(again=enrol_form, secret_answer=True)
def enrol() -> Response:
    form = load_form(EnrolmentForm())
    _, secret = identity_service.enrol_terminal(typed_code=form["code"])
    response = redirect(url_for("till.sign_in_form"), 303)
    access.set_terminal_cookie(response, secret)
    return response


@pages.get("/till/sign-in")
@open_to_all
def sign_in_form() -> str | Response:
    terminal = identity.terminal_of_secret(access.terminal_secret() or "")
    if terminal is None:
        return redirect(url_for("till.enrol_form"))
    return render_template(
        "store/till_sign_in.html",
        terminal=terminal,
        store=queries.store(terminal.village_id, terminal.store_id),
        clerks=[
            (str(clerk.id), clerk.display_name) for clerk in identity.clerks(terminal.village_id)
        ],
    )


@pages.post("/till/sign-in")
@open_to_all
def sign_in() -> Response:
    try:
        form = load_form(TillSignInForm())
        token = sign_in_clerk(terminal_secret=access.terminal_secret(), **form)
    except DomainError as refusal:
        return shown_again(sign_in_form, refusal)
    response = redirect(url_for("till.home"), 303)
    access.set_session_cookie(response, token)
    return response


@pages.post("/till/sign-out")
@open_to_all
@writes
def sign_out() -> Response:
    token = access.session_token()
    if token:
        identity_service.end_session(token=token)
    response = redirect(url_for("till.sign_in_form"), 303)
    access.clear_session_cookie(response)
    return response


@pages.get("/till")
@open_to_all
def home() -> str | Response:
    caller = maybe_principal()
    if caller is None or caller.terminal_id is None:
        return redirect(url_for("till.sign_in_form"))
    here = till()
    today = clock.today()
    return render_template(
        "store/till.html",
        store=queries.store(here.village_id, here.store_id),
        last=queries.last_receipt_of_till(here.store_id, here.terminal_id, today),
        expiring=queries.expiring_soon(here.store_id, today=today),
        today=today,
    )


@pages.post("/till/scans")
@requires(Role.CLERK)
@writes(again=home)
def scan_card() -> Response:
    form = load_form(CardForm())
    scan = service.scan_card(till=till(), card_code=form["card_code"])
    return redirect(url_for("till.choose_goods", scan_id=scan.id), 303)


@pages.get("/till/scans/<int:scan_id>")
@requires(Role.CLERK)
def choose_goods(scan_id: int) -> str:
    return _show_basket("store/choose_goods.html", scan_id)


@pages.get("/till/scans/<int:scan_id>/confirm")
@requires(Role.CLERK)
def confirm(scan_id: int) -> str:
    return _show_basket("store/confirm.html", scan_id)


@pages.post("/till/scans/<int:scan_id>/redemption")
@requires(Role.CLERK)
@writes(again=confirm)
def redeem(scan_id: int) -> Response:
    """However often this is sent, one scan is one redemption: the answer is its receipt."""
    here = till()
    offers = queries.offers(here.store_id, household_id=None, today=clock.today())
    lines, refusal = read_basket(request.form, offers)
    if refusal is not None:
        raise refusal
    redeemed = service.redeem_goods(
        till=here, scan_id=scan_id, redemption_key=_key_of(scan_id), lines=lines
    )
    return redirect(url_for("receipts.show", redemption_id=redeemed.redemption.id, fresh=1), 303)


@pages.get("/till/redemptions/by-key/<key>")
@requires(Role.CLERK)
def show_by_key(key: str) -> Response:
    """What came of a redemption whose receipt was not seen."""
    found = queries.find_redemption_by_key(access.village_id(), key)
    if found is None:
        raise NotFound("redemption_not_made")
    return redirect(url_for("receipts.show", redemption_id=found.id))


def _key_of(scan_id: int) -> str:
    """A scan is good for one redemption, so it names it: going back and confirming again, or
    pressing twice, asks for the same one.
    """
    return f"scan-{scan_id}"


def _show_basket(template: str, scan_id: int) -> str:
    here = till()
    scan = queries.scan(here.village_id, here.terminal_id, scan_id)
    holder = queries.holder(scan)
    redemption = queries.redemption_of_scan(scan.id)
    if redemption is not None or scan.ended_at is not None:
        return render_template("store/scan_over.html", holder=holder, redemption=redemption)
    today = clock.today()
    store = queries.store(here.village_id, here.store_id)
    offers = queries.offers(store.id, household_id=scan.household_id, today=today)
    lines, refusal = read_basket(request.values, offers)
    customer = queries.customer(scan.village_id, scan.household_id, today=today)
    total = None
    try:
        if lines:
            total = check_redemption(
                lines, offers, customer=customer, limits=queries.limits(store), today=today
            )
    except DomainError as impossible:
        refusal = refusal or impossible
    g.setdefault("refusal", refusal)
    return render_template(
        template,
        scan=scan,
        redemption_key=_key_of(scan.id),
        store=store,
        holder=holder,
        balances=queries.balances(scan.village_id, scan.household_id),
        recent=_recent(scan),
        basket=[(offers[line.good_id], line.quantity) for line in lines],
        offers=[offer for offer in offers.values() if offer.on_sale(today)],
        total=total,
    )


def _recent(scan: CardScan) -> Redemption | None:
    """A redemption of the household so fresh that the clerk may think it failed."""
    last = queries.last_redemption(scan.village_id, scan.household_id)
    if last is None or not may_be_lost_reply(last.created_at, clock.now()):
        return None
    return last
