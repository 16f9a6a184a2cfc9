"""Signing in and out for staff. Villagers sign in with their card, see people."""

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from app.kit.errors import DomainError
from app.web.forms import load_form
from app.web.onward import own_page
from app.web.refusal import shown_again
from app.web.transaction import run_in_transaction

from . import access, queries, service
from .schemas import SignInForm

pages = Blueprint("identity", __name__)


@pages.get("/sign-in")
@access.open_to_all
def sign_in_form() -> str:
    return render_template("identity/sign_in.html")


@pages.post("/sign-in")
@access.open_to_all
def sign_in() -> Response:
    try:
        form = load_form(SignInForm())
        user_name: str = form["user_name"].lower()
        token = access.sign_in(
            subject=f"staff:{user_name}",
            credentials=queries.staff_credentials(user_name),
            secret=form["password"],
        )
    except DomainError as refusal:
        return shown_again(sign_in_form, refusal)
    response = redirect(own_page(request.args.get("next")), 303)
    access.set_session_cookie(response, token)
    return response


@pages.post("/sign-out")
@access.open_to_all
def sign_out() -> Response:
    token = access.session_token()
    if token:
        run_in_transaction(lambda: service.end_session(token=token))
    response = redirect("/", 303)
    access.clear_session_cookie(response)
    return response
