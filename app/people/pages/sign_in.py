"""Villagers sign in where their card's QR code leads: with the card and its PIN."""

from flask import Blueprint, redirect, render_template
from werkzeug.wrappers import Response

from app.identity import access
from app.kit.errors import DomainError
from app.kit.masking import mask_name
from app.people.access import card_holder, sign_in_with_card
from app.people.schemas import CardSignInForm
from app.web.access import open_to_all
from app.web.forms import load_form
from app.web.onward import forget_onward, onward
from app.web.refusal import shown_again

pages = Blueprint("card_sign_in", __name__)


@pages.get("/k/<code>")
@open_to_all
def card_form(code: str) -> str:
    village_id, household, member = card_holder(code)
    return render_template(
        "people/card_sign_in.html",
        household=household,
        masked_name=mask_name(member.name),
        goes_on=onward() != "/",
        **access.place_words(village_id),
    )


@pages.post("/k/<code>")
@open_to_all
def sign_in(code: str) -> Response:
    try:
        token = sign_in_with_card(code, load_form(CardSignInForm())["pin"])
    except DomainError as refusal:
        if refusal.code == "card_not_found":
            raise
        return shown_again(card_form, refusal, code=code)
    response = redirect(onward(), 303)
    forget_onward(response)
    access.set_session_cookie(response, token)
    return response
