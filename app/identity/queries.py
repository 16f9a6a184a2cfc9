"""Reads of places, accounts and sessions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select

from app.extensions import db
from app.kit.db import table_of
from app.kit.errors import NotFound
from app.kit.statements import Prepared

from .domain import GuessRecord, Principal, Role
from .models import Account, Grid, GuessCounter, RoleGrant, SignInSession, Terminal, Town, Village


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in has to check; the hash is None when that way in is not set up."""

    account_id: int
    secret_hash: str | None


# Every request asks it.
_SESSION, _ACCOUNT = table_of(SignInSession), table_of(Account)
_TERMINAL, _GRANT = table_of(Terminal), table_of(RoleGrant)
_SIGNED_IN = Prepared(
    select(
        _ACCOUNT.c.id,
        _ACCOUNT.c.display_name,
        _ACCOUNT.c.town_id,
        _ACCOUNT.c.village_id,
        _ACCOUNT.c.member_id,
        _TERMINAL.c.id.label("terminal_id"),
        _TERMINAL.c.store_id,
        _GRANT.c.role,
    )
    .select_from(_SESSION)
    .join(_ACCOUNT, _ACCOUNT.c.id == _SESSION.c.account_id)
    .outerjoin(_TERMINAL, _TERMINAL.c.id == _SESSION.c.terminal_id)
    .outerjoin(_GRANT, and_(_GRANT.c.account_id == _ACCOUNT.c.id, _GRANT.c.ended_at.is_(None)))
    .where(
        _SESSION.c.token_digest == bindparam("token_digest"),
        _SESSION.c.ended_at.is_(None),
        _SESSION.c.expires_at > bindparam("now"),
        _ACCOUNT.c.disabled_at.is_(None),
        or_(_SESSION.c.terminal_id.is_(None), _TERMINAL.c.revoked_at.is_(None)),
    )
)


def token_digest(token: str) -> bytes:
    """What the database keeps of a session token or a terminal's secret (32 bytes)."""
    return hashlib.sha256(token.encode()).digest()


def town(town_id: int) -> Town:
    """The town; NotFound `town_not_found`."""
    found = db.session.get(Town, town_id)
    if found is None:
        raise NotFound("town_not_found")
    return found


def town_by_code(code: str) -> Town:
    """The town of a code as typed on the command line; NotFound `town_not_found`."""
    found = db.session.scalar(select(Town).where(Town.code == code))
    if found is None:
        raise NotFound("town_not_found")
    return found


def village(village_id: int) -> Village:
    """The village; NotFound `village_not_found`."""
    found = db.session.get(Village, village_id)
    if found is None:
        raise NotFound("village_not_found")
    return found


def village_by_code(code: str) -> Village:
    """The village of a code as typed on the command line; NotFound `village_not_found`."""
    found = db.session.scalar(select(Village).where(Village.code == code))
    if found is None:
        raise NotFound("village_not_found", village_code=code)
    return found


def villages(town_id: int | None = None) -> Sequence[Village]:
    """The villages of a town, or all, by code."""
    query = select(Village).order_by(Village.code)
    if town_id is not None:
        query = query.where(Village.town_id == town_id)
    return db.session.scalars(query).all()


def grids(village_id: int) -> Sequence[Grid]:
    """The grids of a village, in the order they were entered."""
    return db.session.scalars(
        select(Grid).where(Grid.village_id == village_id).order_by(Grid.id)
    ).all()


def display_names(account_ids: Sequence[int]) -> dict[int, str]:
    """Names of accounts for explanations ("scanned by …"); unknown ids are left out."""
    rows = db.session.execute(
        select(Account.id, Account.display_name).where(Account.id.in_(set(account_ids)))
    )
    return {row.id: row.display_name for row in rows}


def staff(village_id: int) -> list[tuple[Account, list[Role]]]:
    """The staff accounts of a village with their present roles, by name."""
    rows = db.session.execute(
        select(Account, RoleGrant.role)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(
            Account.village_id == village_id,
            Account.user_name.is_not(None),
            Account.disabled_at.is_(None),
            RoleGrant.ended_at.is_(None),
        )
        .order_by(Account.display_name, Account.id)
    )
    grouped: dict[int, tuple[Account, list[Role]]] = {}
    for account, role in rows:
        grouped.setdefault(account.id, (account, []))[1].append(Role(role))
    return list(grouped.values())


def clerks(village_id: int) -> list[Account]:
    """Who may sign in at the terminals of a village."""
    return [account for account, roles in staff(village_id) if Role.CLERK in roles]


def member_account(member_id: int) -> Account | None:
    """The sign-in account of a villager, if there is one."""
    return db.session.scalar(select(Account).where(Account.member_id == member_id))


def members_with_pin(village_id: int) -> set[int]:
    """The villagers of a village who can sign in at present."""
    return set(
        db.session.scalars(
            select(Account.member_id).where(
                Account.village_id == village_id,
                Account.member_id.is_not(None),
                Account.pin_hash.is_not(None),
                Account.disabled_at.is_(None),
            )
        )
    )


def staff_credentials(user_name: str) -> Credentials | None:
    """Account and password hash of a user name that may sign in."""
    row = db.session.execute(
        select(Account.id, Account.password_hash).where(
            Account.user_name == user_name.strip().lower(), Account.disabled_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else Credentials(row.id, row.password_hash)


def pin_credentials(
    *, member_id: int | None = None, account_id: int | None = None
) -> Credentials | None:
    """Account and PIN hash of a villager or, by account, of a clerk."""
    query = select(Account.id, Account.pin_hash).where(Account.disabled_at.is_(None))
    if member_id is not None:
        query = query.where(Account.member_id == member_id)
    else:
        query = query.where(Account.id == account_id)
    row = db.session.execute(query).one_or_none()
    return None if row is None else Credentials(row.id, row.pin_hash)


def guess_record(subject: str) -> GuessRecord:
    """The failed attempts on a subject so far."""
    row = db.session.get(GuessCounter, subject)
    return GuessRecord() if row is None else GuessRecord(row.failures, row.blocked_until)


def principal_of_token(token: str, now: datetime) -> Principal | None:
    """Who holds this token at that instant; None when it is unknown, ended, expired or its
    account or terminal was switched off.
    """
    rows = _SIGNED_IN.rows(db.session, token_digest=token_digest(token), now=now)
    if not rows:
        return None
    row = rows[0]
    roles = {Role(each.role) for each in rows if each.role is not None}
    if row.member_id is not None:
        roles.add(Role.MEMBER)
    return Principal(
        account_id=row.id,
        display_name=row.display_name,
        roles=frozenset(roles),
        town_id=row.town_id,
        village_id=row.village_id,
        member_id=row.member_id,
        terminal_id=row.terminal_id,
        store_id=row.store_id,
    )


def terminal_of_secret(secret: str) -> Terminal | None:
    """The enrolled, unrevoked terminal that keeps this secret."""
    return db.session.scalar(
        select(Terminal).where(
            Terminal.secret_digest == token_digest(secret), Terminal.revoked_at.is_(None)
        )
    )


def terminals(village_id: int) -> Sequence[Terminal]:
    """All terminals of a village, newest first, revoked ones too."""
    return db.session.scalars(
        select(Terminal).where(Terminal.village_id == village_id).order_by(Terminal.id.desc())
    ).all()


def terminal(village_id: int, terminal_id: int) -> Terminal:
    """A terminal of the village; NotFound `terminal_not_found`."""
    found = db.session.get(Terminal, terminal_id)
    if found is None or found.village_id != village_id:
        raise NotFound("terminal_not_found")
    return found
