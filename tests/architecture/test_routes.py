"""The census of routes: each states who may call it, and writes only where it says so."""

from flask import Flask

from app.identity.domain import Role
from app.web.access import ACCESS_ATTRIBUTE, ANYONE
from app.web.transaction import WRITES_ATTRIBUTE

# Served by Flask and flask-smorest themselves: files and the description of the API.
_OPEN_BY_NATURE = {"static", "api-docs.openapi_json"}
# Writing views that commit on their own, because a refused attempt is itself recorded.
_COMMIT_THEMSELVES = {
    "identity.sign_in",
    "identity.sign_out",
    "sessions.start_session",
    "card_sign_in.sign_in",
    "people.start_card_session",
    "redemptions.start_session",
    "till.sign_in",
    "villager.change_pin",
    # Sets a cookie and writes nothing.
    "preferences.set_text_size",
}


def test_every_route_declares_its_access(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in _OPEN_BY_NATURE:
            continue
        access = getattr(app.view_functions[rule.endpoint], ACCESS_ATTRIBUTE, None)
        assert access is not None, f"{rule} does not say who may call it"
        assert access == ANYONE or (access and access <= frozenset(Role)), rule


def test_reading_routes_do_not_write_and_writing_routes_do(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint in _OPEN_BY_NATURE | _COMMIT_THEMSELVES:
            continue
        writing = getattr(app.view_functions[rule.endpoint], WRITES_ATTRIBUTE, False)
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        assert writing == (methods != {"GET"}), f"{rule} {methods}"


def test_addresses_are_kebab_case(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        fixed = [part for part in rule.rule.split("/") if not part.startswith("<")]
        assert all("_" not in part and part == part.lower() for part in fixed), rule
