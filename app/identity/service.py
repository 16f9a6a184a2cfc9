"""Writes of places, accounts, roles, sessions and terminals."""

import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import select, update

from app.extensions import db
from app.kit import clock
from app.kit.codes import CodeKind, code_digest, new_code, read_code
from app.kit.errors import Conflict, Denied, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line

from . import queries
from .domain import BRANCH_STAFF, GuessRecord, Role, pin_is_guessable
from .models import Account, Grid, GuessCounter, RoleGrant, SignInSession, Terminal, Town, Village

# OWASP's minimum for argon2id (19 MiB, two passes), stated so that a library's new default does
# not change the cost under us; about 25 ms on a small server. Never on the check-in path.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when there is no account, so that both answers take the same time.
_DECOY_HASH = _hasher.hash(secrets.token_hex(16))

_STAFF_SESSION = timedelta(hours=12)
_MEMBER_SESSION = timedelta(days=180)
_ENROLMENT = timedelta(minutes=10)
_PASSWORD_LENGTH_MIN = 8
_PIN_DIGITS = 6


def add_town(*, code: str, name: str) -> Town:
    """A town, the seat of a head bank; Conflict `place_code_taken`."""
    if db.session.scalar(select(Town.id).where(Town.code == code)) is not None:
        raise Conflict("place_code_taken", place_code=code)
    town = Town(id=new_id(), code=code, name=clean_line(name, length_max=40, field="镇名"))
    db.session.add(town)
    db.session.flush()
    return town


def add_village(
    *,
    town_id: int,
    code: str,
    name: str,
    contact_name: str,
    contact_phone: str,
    contact_place: str,
) -> Village:
    """A village of the town, with whom to ask; Conflict `place_code_taken`."""
    if db.session.scalar(select(Village.id).where(Village.code == code)) is not None:
        raise Conflict("place_code_taken", place_code=code)
    village = Village(
        id=new_id(),
        town_id=town_id,
        code=code,
        name=clean_line(name, length_max=40, field="村名"),
        contact_name=contact_name,
        contact_phone=contact_phone,
        contact_place=contact_place,
    )
    db.session.add(village)
    db.session.flush()
    return village


def add_grids(*, village_id: int, names: list[str]) -> dict[str, int]:
    """The ids of the village's grids by name; missing ones are made."""
    known = {grid.name: grid.id for grid in queries.grids(village_id)}
    for name in names:
        if name not in known:
            grid = Grid(id=new_id(), village_id=village_id, name=name)
            db.session.add(grid)
            known[name] = grid.id
    db.session.flush()
    return known


def add_staff(
    *,
    town_id: int,
    village_id: int | None,
    user_name: str,
    display_name: str,
    password: str,
    roles: frozenset[Role],
    actor_id: int,
    pin: str | None = None,
) -> Account:
    """A staff account with its roles.

    Raises Conflict `user_name_taken`, Invalid `password_too_short` or `pin_bad`.
    """
    name = clean_line(user_name, length_max=40, field="用户名").lower()
    if len(password) < _PASSWORD_LENGTH_MIN:
        raise Invalid("password_too_short", length_min=_PASSWORD_LENGTH_MIN)
    if db.session.scalar(select(Account.id).where(Account.user_name == name)) is not None:
        raise Conflict("user_name_taken", user_name=name)
    now = clock.now()
    account = Account(
        id=new_id(),
        town_id=town_id,
        village_id=village_id,
        user_name=name,
        display_name=clean_line(display_name, length_max=40, field="姓名"),
        password_hash=_hasher.hash(password),
        pin_hash=None if pin is None else _hash_pin(pin),
        created_at=now,
    )
    db.session.add(account)
    db.session.flush()
    for role in sorted(roles):
        db.session.add(
            RoleGrant(
                id=new_id(),
                account_id=account.id,
                role=role,
                granted_by=actor_id,
                granted_at=now,
            )
        )
    db.session.flush()
    return account


def disable_staff(*, village_id: int, account_id: int) -> None:
    """Switch off an account that the branch gave out; its open sessions end at once.

    Raises NotFound `staff_not_found`, Denied `staff_of_others` when the account has a role that
    the branch does not give out.
    """
    roles = {account.id: held for account, held in queries.staff(village_id)}
    if account_id not in roles:
        raise NotFound("staff_not_found")
    if not BRANCH_STAFF.issuperset(roles[account_id]):
        raise Denied("staff_of_others")
    db.session.get_one(Account, account_id).disabled_at = clock.now()
    db.session.flush()
    _end_sessions(account_id)


def set_member_pin(*, member_id: int, village_id: int, display_name: str, pin: str) -> None:
    """Give a villager a PIN, opening the account at the first time or again; open sessions end.

    Raises Invalid `pin_bad`.
    """
    pin_hash = _hash_pin(pin)
    account = queries.member_account(member_id)
    if account is None:
        account = Account(
            id=new_id(),
            town_id=queries.village(village_id).town_id,
            village_id=village_id,
            member_id=member_id,
            display_name=display_name,
            created_at=clock.now(),
        )
        db.session.add(account)
    account.pin_hash = pin_hash
    account.disabled_at = None
    db.session.flush()
    _end_sessions(account.id)


def disable_member(*, member_id: int) -> None:
    """Switch a villager's sign-in off at once; nothing happens when there is none."""
    account = queries.member_account(member_id)
    if account is not None:
        account.disabled_at = clock.now()
        db.session.flush()
        _end_sessions(account.id)


def fresh_pin() -> str:
    """A random six-digit PIN that is not one of those tried first."""
    while True:
        pin = f"{secrets.randbelow(10**_PIN_DIGITS):0{_PIN_DIGITS}d}"
        if not pin_is_guessable(pin):
            return pin


def check_secret(subject: str, credentials: queries.Credentials | None, secret: str) -> bool:
    """Whether the password or PIN is right; reads only, takes the same time either way.

    Raises Denied `too_many_attempts` while the subject is blocked, before any hashing.
    """
    minutes = queries.guess_record(subject).blocked_minutes(clock.now())
    if minutes is not None:
        raise Denied("too_many_attempts", minutes=minutes)
    known = credentials is not None and credentials.secret_hash is not None
    secret_hash = credentials.secret_hash if credentials and known else _DECOY_HASH
    try:
        _hasher.verify(str(secret_hash), secret)
    except VerificationError:
        return False
    return known


def record_failure(*, subject: str) -> None:
    """Count a failed attempt on the subject, in a transaction that commits."""
    row = db.session.get(GuessCounter, subject, with_for_update=True, populate_existing=True)
    before = GuessRecord() if row is None else GuessRecord(row.failures, row.blocked_until)
    after = before.after_failure(clock.now())
    if row is None:
        row = GuessCounter(subject=subject)
        db.session.add(row)
    row.failures = after.failures
    row.blocked_until = after.blocked_until
    db.session.flush()


def start_session(*, subject: str, account_id: int, terminal_id: int | None = None) -> str:
    """Sign an account in whose secret was checked; returns the token, which is kept nowhere."""
    counter = db.session.get(GuessCounter, subject)
    if counter is not None:
        db.session.delete(counter)
    account = db.session.get_one(Account, account_id)
    now = clock.now()
    token = secrets.token_urlsafe(32)
    lasts = _STAFF_SESSION if account.member_id is None else _MEMBER_SESSION
    db.session.add(
        SignInSession(
            id=new_id(),
            token_digest=queries.token_digest(token),
            account_id=account_id,
            terminal_id=terminal_id,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    if terminal_id is not None:
        db.session.get_one(Terminal, terminal_id).last_seen_at = now
    db.session.flush()
    return token


def end_session(*, token: str) -> None:
    """Sign out the device that holds this token."""
    db.session.execute(
        update(SignInSession)
        .where(
            SignInSession.token_digest == queries.token_digest(token),
            SignInSession.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )


def add_terminal(*, village_id: int, store_id: int, name: str) -> tuple[Terminal, str]:
    """A terminal waiting to be enrolled, and its one-use code, valid for ten minutes."""
    terminal = Terminal(
        id=new_id(),
        village_id=village_id,
        store_id=store_id,
        name=clean_line(name, length_max=40, field="终端名称"),
    )
    db.session.add(terminal)
    return terminal, _fresh_enrolment(terminal)


def renew_enrolment(*, village_id: int, terminal_id: int) -> str:
    """A new one-use code; the terminal's old secret stays valid until it is used."""
    terminal = queries.terminal(village_id, terminal_id)
    if terminal.revoked_at is not None:
        raise NotFound("terminal_not_found")
    return _fresh_enrolment(terminal)


def enrol_terminal(*, typed_code: str) -> tuple[Terminal, str]:
    """Use up an enrolment code; returns the terminal and the secret it keeps from now on.

    Raises Denied `enrolment_code_bad` for a wrong, used or expired one alike.
    """
    code = read_code(CodeKind.ENROLMENT, typed_code)
    terminal = code and db.session.scalar(
        select(Terminal)
        .where(Terminal.enrolment_digest == code_digest(code), Terminal.revoked_at.is_(None))
        .with_for_update()
    )
    now = clock.now()
    if not terminal or _expired(terminal.enrolment_expires_at, now):
        raise Denied("enrolment_code_bad")
    secret = secrets.token_urlsafe(32)
    terminal.enrolment_digest = None
    terminal.enrolment_expires_at = None
    terminal.secret_digest = queries.token_digest(secret)
    terminal.enrolled_at = now
    db.session.flush()
    return terminal, secret


def note_terminal_seen(*, terminal_id: int) -> None:
    """Remember that a terminal was used just now."""
    db.session.get_one(Terminal, terminal_id).last_seen_at = clock.now()


def revoke_terminal(*, village_id: int, terminal_id: int) -> None:
    """Switch a terminal off; the next request of its clerk is refused."""
    terminal = queries.terminal(village_id, terminal_id)
    terminal.revoked_at = terminal.revoked_at or clock.now()
    terminal.enrolment_digest = None
    db.session.flush()


def _fresh_enrolment(terminal: Terminal) -> str:
    code = new_code(CodeKind.ENROLMENT)
    terminal.enrolment_digest = code_digest(code)
    terminal.enrolment_expires_at = clock.now() + _ENROLMENT
    db.session.flush()
    return code


def _expired(moment: datetime | None, now: datetime) -> bool:
    return moment is None or moment <= now


def _end_sessions(account_id: int) -> None:
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.account_id == account_id, SignInSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def _hash_pin(pin: str) -> str:
    if len(pin) != _PIN_DIGITS or not (pin.isascii() and pin.isdecimal()) or pin_is_guessable(pin):
        raise Invalid("pin_bad")
    return _hasher.hash(pin)
