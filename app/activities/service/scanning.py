"""A scanned card or code, from what was read to the answer on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from app.activities import queries
from app.activities.domain.check_in import Source, State
from app.activities.domain.rotating_code import (
    Scanned,
    make_ticket,
    read_rotating_code,
    read_ticket,
)
from app.activities.models import ActivitySession
from app.extensions import settings
from app.identity.queries import display_names
from app.kit import clock
from app.kit.codes import CodeKind, read_code
from app.kit.errors import Conflict, Fact, NotFound
from app.people import queries as people

from .attendance import CheckedIn, check_in, check_out


class Level(StrEnum):
    """Green, yellow or red."""

    OK = "ok"
    WAIT = "wait"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ScanAnswer:
    """What the screen says: about whom, the code of the sentence and its facts.

    `choices` (member id, name) asks who of a household is there; nothing was written yet.
    """

    level: Level
    title: str
    code: str
    facts: dict[str, Fact] = field(default_factory=dict)
    choices: tuple[tuple[int, str], ...] = ()


def scan_card(
    *,
    village_id: int,
    session_id: int,
    typed_code: str,
    member_ids: Sequence[int],
    leaving: bool,
    actor_id: int,
) -> ScanAnswer:
    """The organiser scans or types a card; a household's card asks who of them is there.

    Raises NotFound `card_not_found` for everything that is no card of the village, and what
    `check_in` and `check_out` raise.
    """
    owner = people.owner_of_card(village_id, typed_code)
    if owner.member_id is not None:
        chosen, source = [owner.member_id], Source.CARD
    else:
        family = _family(owner.household_id)
        if not member_ids:
            head = people.household(village_id, owner.household_id).head_name
            return ScanAnswer(Level.WAIT, head, "choose_who_came", choices=tuple(family))
        chosen, source = _within(family, member_ids), Source.HOUSEHOLD_CARD
    return _answer_all(
        village_id, session_id, chosen, source=source, leaving=leaving, actor_id=actor_id
    )


def scan_own(
    *,
    session: ActivitySession,
    household_id: int,
    member_ids: Sequence[int],
    source: Source,
    leaving: bool,
    actor_id: int,
    phone_digest: bytes,
) -> ScanAnswer:
    """A villager checks in, or out, on the own phone, for members of the own household.

    Raises NotFound `member_not_found` for anybody else, and what `check_in` and `check_out`
    raise.
    """
    return _answer_all(
        session.village_id,
        session.id,
        _within(_family(household_id), member_ids),
        source=source,
        leaving=leaving,
        actor_id=actor_id,
        phone_digest=phone_digest,
    )


def session_of_rotating_code(typed_code: str, ticket: str) -> tuple[ActivitySession, str]:
    """The session that a rotating code stands for, while it or the page's ticket is fresh, and
    the ticket to go on with: a code that is fresh now gives a new one, a late page keeps its own.

    Raises NotFound `code_not_found` for nonsense, Conflict `rotating_code_expired`.
    """
    now, key = clock.now(), settings().master_key
    scanned = read_rotating_code(key, typed_code, now)
    session = None if scanned is None else queries.session_by_id(scanned.session_id)
    if scanned is None or session is None:
        raise NotFound("code_not_found")
    if scanned.fresh:
        return session, make_ticket(key, session.id, now)
    if read_ticket(key, ticket, now) != Scanned(session.id, fresh=True):
        raise Conflict("rotating_code_expired")
    return session, ticket


def session_of_poster(typed_code: str) -> ActivitySession:
    """The session whose poster was scanned; NotFound `code_not_found`."""
    code = read_code(CodeKind.POSTER, typed_code)
    session = code and queries.session_of_poster(code)
    if not session:
        raise NotFound("code_not_found")
    return session


def _family(household_id: int) -> list[tuple[int, str]]:
    return [
        (member.id, member.name)
        for member in people.members_of(household_id)
        if member.status == "active"
    ]


def _within(family: Sequence[tuple[int, str]], member_ids: Sequence[int]) -> list[int]:
    chosen = [member_id for member_id, _ in family if member_id in set(member_ids)]
    if len(chosen) != len(set(member_ids)):
        raise NotFound("member_not_found")
    return chosen


def _answer_all(
    village_id: int,
    session_id: int,
    member_ids: Sequence[int],
    *,
    source: Source,
    leaving: bool,
    actor_id: int,
    phone_digest: bytes | None = None,
) -> ScanAnswer:
    """The answer for one; for several, their names and the answer that needs most attention."""
    answers = []
    for member_id in member_ids:
        if leaving:
            done = check_out(
                village_id=village_id,
                session_id=session_id,
                member_id=member_id,
                actor_id=actor_id,
                own=phone_digest is not None,
            )
        else:
            done = check_in(
                village_id=village_id,
                session_id=session_id,
                member_id=member_id,
                source=source,
                actor_id=actor_id,
                phone_digest=phone_digest,
            )
        answers.append(_answer(done, leaving=leaving))
    chosen = next((answer for answer in answers if answer.level is Level.WAIT), answers[0])
    title = "、".join(answer.title for answer in answers)
    return ScanAnswer(chosen.level, title, chosen.code, chosen.facts)


def _answer(done: CheckedIn, *, leaving: bool) -> ScanAnswer:
    row = done.attendance
    if leaving:
        code = "already_checked_out" if done.unchanged else "checked_out"
        at, actor_id = row.checked_out_at, row.checked_out_by
    else:
        code = "already_in" if done.unchanged else "checked_in"
        at, actor_id = row.checked_in_at, row.checked_in_by
    level = Level.WAIT if done.unchanged else Level.OK
    if row.state == State.UNCONFIRMED and not leaving:
        level, code = Level.WAIT, f"waits_for_{row.waits_for}"
    facts: dict[str, Fact] = {"at": f"{clock.local(at):%H:%M}" if at else ""}
    if done.unchanged:
        facts["by"] = display_names([actor_id or 0]).get(actor_id or 0, "")
    return ScanAnswer(level, done.member_name, code, facts)
