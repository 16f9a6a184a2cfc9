"""Every route, called as somebody who may and with values nobody types: never a failure."""

import io
import json
import re
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import Table, select
from werkzeug.routing import IntegerConverter, Rule

from app.extensions import db
from app.identity import service as identity
from app.identity.domain import Role
from app.kit.db import Base
from app.kit.points import Tenths
from app.people import service as people
from app.store import service as store
from app.web.access import ACCESS_ATTRIBUTE, ANYONE
from app.web.links import ID_MAX
from app.web.transaction import run_in_transaction
from tests.factories.activities import Branch, make_branch, make_session
from tests.factories.people import member_token
from tests.support.clients import ApiClient, PageClient

_TEXTS = ("", "\0", "a\0b", "\u202e", "\ufffd", "9" * 5000, "-1", "NaN", "甲" * 300, "%s{}'\\")
_QUERIES = (
    "add", "after", "barcode", "before", "code", "day", "good", "grid", "less", "limit", "month",
    "next", "on", "passbook", "quantity", "search", "theme_id", "ticket",
)  # fmt: skip
_BODIES = (b"", b"{", b"null", b"[[[[1]]]]", b'{"a": "\\ud800"}', b"\xff", b"[" * 50_000)
_TABLES = {"session": "activity_session", "import": "register_import", "draft": "rule_draft"}


def _fill(branch: Branch) -> None:
    """One of most things that an address can name."""
    make_session(branch)

    def fill() -> None:
        village_id = branch.village_id
        people.add_team(village_id=village_id, name="治安巡逻队")
        shop = store.add_store(village_id=village_id, name="爱心超市")
        store.add_good(
            village_id=village_id, store_id=shop.id, barcode="6901", title="肥皂",
            unit_word="块", price=Tenths(50), source="", expires_on=None, household_month_max=None,
        )  # fmt: skip
        identity.add_terminal(village_id=village_id, store_id=shop.id, name="一号机")

    run_in_transaction(fill)


def _ids(name: str) -> list[int]:
    """Two ids of what the part of an address names, and two that nothing has."""
    noun = name.removesuffix("_id")
    table = Base.metadata.tables.get(_TABLES.get(noun, noun))
    return [0, ID_MAX, *_first_ids(table)]


def _first_ids(table: Table | None) -> list[int]:
    if table is None or "id" not in table.c:
        return []
    return list(db.session.scalars(select(table.c.id).order_by(table.c.id).limit(2)))


def _addresses(rule: Rule) -> Iterator[str]:
    names = sorted(rule.arguments)
    numbers = [isinstance(rule._converters[name], IntegerConverter) for name in names]
    values = [
        _ids(name) if number else ["luxi", *_TEXTS[1:]]
        for name, number in zip(names, numbers, strict=True)
    ]
    longest = max((len(each) for each in values), default=1)
    for chosen in islice(zip(*map(cycle, values), strict=False), longest) if values else [()]:
        address = rule.rule
        for name, value in zip(names, chosen, strict=True):
            written = quote(str(value), safe="")
            address = re.sub(rf"<([^<>]*:)?{name}>", written, address)
        yield address


class _Callers:
    """Somebody who may call a route, with one session for every role."""

    def __init__(self, app: Flask, branch: Branch) -> None:
        self._app = app
        member_id = branch.member("王大山")
        self._tokens = {
            Role.MEMBER: member_token(branch.village_id, member_id, "王大山"),
            **{
                role: branch.places.token(role)
                for role in sorted(set(Role) - {Role.MEMBER}, reverse=True)
            },
        }

    def token(self, rule: Rule) -> str | None:
        access = getattr(self._app.view_functions[rule.endpoint], ACCESS_ATTRIBUTE, ANYONE)
        if access == ANYONE:
            return None
        return next(token for role, token in self._tokens.items() if role in access)


def _rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


@pytest.fixture
def callers(each_app: Flask) -> _Callers:
    branch = make_branch()
    _fill(branch)
    return _Callers(each_app, branch)


def test_no_address_makes_a_page_fail(each_app: Flask, callers: _Callers) -> None:
    texts = cycle(_TEXTS)
    opened = 0
    for rule in _rules(each_app, "GET"):
        token = callers.token(rule)
        caller = PageClient(each_app, token) if "/api/" not in rule.rule else None
        for address in _addresses(rule):
            for text in islice(texts, 3):
                query = dict.fromkeys(_QUERIES, text)
                if caller is not None:
                    answer = caller.http.get(address, query_string=query)
                else:
                    answer = ApiClient(each_app, token).http.get(
                        address, query_string=query, headers={"Authorization": f"Bearer {token}"}
                    )
                assert answer.status_code < 500, (address, query)
                opened += answer.status_code == 200
    assert opened > 100


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_no_form_or_body_makes_a_write_fail(
    each_app: Flask, callers: _Callers, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(each_app.config, "WTF_CSRF_ENABLED", False)
    refused = 0
    for rule in _rules(each_app, method):
        api = "/api/" in rule.rule
        token = callers.token(rule)
        for number, address in enumerate(islice(_addresses(rule), 4)):
            for sent in _json_bodies() if api else _forms():
                client = PageClient(each_app, None if api else token).http
                headers = {"Idempotency-Key": f"{address[:60]}{number}{refused}"}
                if api and token:
                    headers["Authorization"] = f"Bearer {token}"
                answer = client.open(address, method=method, headers=headers, **sent)
                assert answer.status_code < 500, (method, address, sent)
                refused += answer.status_code >= 400
                if api and answer.status_code >= 400:
                    error = json.loads(answer.data)["error"]
                    assert error.keys() == {"code", "message", "facts"}
    assert refused > 20


def _json_bodies() -> Iterator[dict[str, Any]]:
    for body in _BODIES:
        yield {"data": body, "content_type": "application/json"}
    yield {"data": b"a=b", "content_type": "application/x-www-form-urlencoded"}


def _forms() -> Iterator[dict[str, Any]]:
    yield {"data": {}}
    yield {"data": {"\0": "\0", "code": "\0", "good": "9" * 5000, "quantity": "9" * 5000}}
    yield {"data": {"file": (io.BytesIO("户编号,姓名\n0009,张三\n".encode()), "a\0\u202eb.csv")}}
    yield {"data": {"file": (io.BytesIO(b"PK\x03\x04\0\0"), "甲" * 300)}}
