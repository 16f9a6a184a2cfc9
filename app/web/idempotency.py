"""Requests that a phone or a terminal may repeat get the same answer again.

The key is made on the device before the first sending. Outcomes are kept for ever; a success and
a final refusal both count as outcomes. What was merely malformed is not kept: correcting it and
sending it again with the same form is the way on.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, request
from sqlalchemy import (
    Boolean,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.kit import clock
from app.kit.db import Base, Id, table_of
from app.kit.errors import FAMILIES, Conflict, DomainError, InFlight, Invalid
from app.kit.ids import new_id
from app.kit.statements import Prepared

KEY_FIELD = "idempotency_key"
KEY_HEADER = "Idempotency-Key"
KEY_LENGTH_MAX = 80
_BODY_LENGTH_MAX = 65_536


class RequestOutcome(Base):
    """The final answer to one key of one caller."""

    __tablename__ = "request_outcome"
    __table_args__ = (UniqueConstraint("caller", "key"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    caller: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(KEY_LENGTH_MAX))
    request_digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    outcome: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


# Every write needs them.
_OUTCOMES = table_of(RequestOutcome)
_ASKED = {"caller": bindparam("caller", type_=String), "key": bindparam("key", type_=String)}
_STORED = Prepared(
    select(_OUTCOMES.c.request_digest, _OUTCOMES.c.outcome).where(
        *(_OUTCOMES.c[name] == value for name, value in _ASKED.items())
    )
)
_CLAIM = Prepared(
    select(
        func.request_claim(*_ASKED.values()).table_valued(
            column("claimed", Boolean),
            column("request_digest", LargeBinary),
            column("outcome", Text),
        )
    )
)
_STORE = Prepared(insert(_OUTCOMES), columns=_OUTCOMES.c.keys())


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Who asked, under which key, for exactly what."""

    caller: str
    key: str
    digest: bytes


def request_key(*, required: bool) -> RequestKey | None:
    """The key of the running request; Invalid `idempotency_key_missing` or `…_bad`."""
    key = request.headers.get(KEY_HEADER) or request.form.get(KEY_FIELD) or ""
    if not key:
        if required:
            raise Invalid("idempotency_key_missing")
        return None
    if len(key) > KEY_LENGTH_MAX or not (key.isascii() and key.isprintable()):
        raise Invalid("idempotency_key_bad", length_max=KEY_LENGTH_MAX)
    return RequestKey(caller=getattr(g, "caller", "anonymous"), key=key, digest=_digest())


def required_key() -> str:
    """The key of a request that had to carry one, as its caller made it."""
    key = request_key(required=True)
    if key is None:
        raise AssertionError("a required key is there")
    return key.key


def answer_once(
    key: RequestKey | None, answer: Callable[[], Response], *, secret_answer: bool
) -> Response | DomainError:
    """Give the stored answer to this key, or work it out and store it.

    A stored refusal is returned, not raised, so that it is not taken for a new one.
    """
    if key is None:
        return answer()
    stored = _stored(key)
    if stored is not None:
        return stored
    response = answer()
    if response.status_code < 400:
        _store(key, _kept_answer(response, secret_answer=secret_answer))
    return response


def keep_refusal(key: RequestKey, refusal: DomainError) -> Response | DomainError:
    """Store a final refusal, in a transaction of its own: all that the refused work wrote has gone
    with the one before. A twin may have come between; then its outcome stands for both.
    """
    stored = _stored(key)
    if stored is not None:
        return stored
    _store(key, {"family": refusal.family, "code": refusal.code, "facts": refusal.facts})
    return refusal


def _stored(key: RequestKey) -> Response | DomainError | None:
    """The outcome of this key, if it has one. Raises InFlight while a twin is at work, Conflict
    `idempotency_mismatch` when the key was used for something else.
    """
    found = _look_up(key)
    if found is None or found.outcome is None:
        return None
    if found.request_digest != key.digest:
        raise Conflict("idempotency_mismatch")
    return _restore(found.outcome)


def _look_up(key: RequestKey) -> Any:
    # On SQLite the write lock already makes twins take turns; the second finds the outcome.
    if db.engine.dialect.name != "postgresql":
        return _STORED.first(db.session, caller=key.caller, key=key.key)
    found = _CLAIM.first(db.session, caller=key.caller, key=key.key)
    if not found.claimed:
        raise InFlight("same_request_in_flight")
    return found


def _store(key: RequestKey, kept: dict[str, object]) -> None:
    _STORE.run(
        db.session,
        {
            "id": new_id(),
            "caller": key.caller,
            "key": key.key,
            "request_digest": key.digest,
            "outcome": json.dumps(kept, ensure_ascii=False),
            "created_at": clock.now(),
        },
    )


def _digest() -> bytes:
    """SHA-256 over method, path and what was sent, the key and the CSRF token left out."""
    fields: list[object] = [request.method, request.path]
    if request.form or request.files:
        fields.append(
            sorted(
                (name, value)
                for name, values in request.form.lists()
                for value in values
                if name not in (KEY_FIELD, "csrf_token")
            )
        )
        for name, file in sorted(request.files.items(multi=True), key=lambda item: item[0]):
            fields.append([name, hashlib.sha256(file.stream.read()).hexdigest()])
            file.stream.seek(0)
    else:
        fields.append(hashlib.sha256(request.get_data(cache=True)).hexdigest())
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).digest()


def _kept_answer(response: Response, *, secret_answer: bool) -> dict[str, object]:
    if secret_answer or response.content_length is None or not _is_small_text(response):
        return {"family": Conflict.family, "code": "answer_not_repeatable", "facts": {}}
    return {
        "status": response.status_code,
        "location": response.headers.get("Location"),
        "content_type": response.headers.get("Content-Type"),
        "body": response.get_data(as_text=True),
    }


def _is_small_text(response: Response) -> bool:
    return (
        (response.mimetype or "").startswith("text/") or response.mimetype == "application/json"
    ) and len(response.get_data()) <= _BODY_LENGTH_MAX


def _restore(outcome: str) -> Response | DomainError:
    kept = json.loads(outcome)
    if "family" in kept:
        return FAMILIES[kept["family"]](kept["code"], **kept["facts"])
    response = Response(kept["body"], status=kept["status"])
    for name, value in (("Location", kept["location"]), ("Content-Type", kept["content_type"])):
        if value is not None:
            response.headers[name] = value
    response.headers["Idempotent-Replay"] = "true"
    return response
