"""Expected failures: a stable code, facts, and a family that decides the HTTP status.

Services raise them; `app.web.errors` answers them. Sentences for people live in the message
table of `app.web.messages`, keyed by the code.
"""

from typing import ClassVar

Fact = str | int | bool | None | list[str]


class DomainError(Exception):
    """A failure the caller can act on.

    `final` says that repeating the same request with the same key must give the same refusal;
    it is stored with the idempotency key.
    """

    family: ClassVar[str]
    final: ClassVar[bool] = False

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({listed})"


class NotFound(DomainError):
    """There is no such thing, or it belongs to another village."""

    family = "not_found"


class Conflict(DomainError):
    """The request is well formed but the state of the books refuses it."""

    family = "conflict"
    final = True


class Denied(DomainError):
    """The caller may not do this."""

    family = "denied"


class NotSignedIn(DomainError):
    """The caller has to sign in first."""

    family = "not_signed_in"


class Invalid(DomainError):
    """The request itself is wrong; correcting it and sending it again is the way on."""

    family = "invalid"


class Busy(DomainError):
    """The database is held by others for too long, or does not serve; try again shortly."""

    family = "busy"


class InFlight(DomainError):
    """The same request with the same key is being worked on at this moment."""

    family = "in_flight"


FAMILIES: dict[str, type[DomainError]] = {
    kind.family: kind for kind in (NotFound, Conflict, Denied, NotSignedIn, Invalid, Busy, InFlight)
}
