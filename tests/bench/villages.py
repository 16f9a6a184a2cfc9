"""Villages with running sessions and stores, and the requests that phones and tills send them."""

import itertools
import json
import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import insert, text, update

from app.activities import service as activities
from app.activities.domain.check_in import Place
from app.activities.domain.signups import HoldState, SignupSource
from app.activities.models import Signup
from app.activities.queries import sessions_of
from app.extensions import db
from app.identity import service as identity
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.identity.models import SignInSession, Terminal
from app.identity.queries import token_digest
from app.kit import clock
from app.kit.codes import CodeKind, code_digest, new_code
from app.kit.db import Base
from app.kit.ids import new_id
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_spendable, issuance
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.people.models import Card, Household, HouseholdMembership, Member
from app.store import service as stores
from app.store.domain.goods import MovementKind
from app.store.models import CardScan
from app.web.transaction import run_in_transaction
from tests.bench.book import application
from tests.factories.rulebooks import adopt_rules, open_book

_VILLAGES = 8
_GOODS = 3
# A household may not redeem twice within five seconds, so others come in the next rounds.
_GROUPS = 6
_HOUSEHOLD_POINTS = Tenths(10_000)


@dataclass(frozen=True, slots=True)
class Villager:
    """The only member of a household, with a card."""

    household_id: int
    member_id: int
    card_id: int
    card_code: str


@dataclass(frozen=True, slots=True)
class Counter:
    """A till with its clerk signed in."""

    terminal_id: int
    token: str


@dataclass(frozen=True, slots=True)
class BenchVillage:
    """Ids of what a village has; a token for its organiser."""

    id: int
    villagers: list[Villager]
    session_ids: list[int]
    organiser_token: str
    clerk_id: int
    store_id: int
    good_ids: list[int]
    counters: list[Counter]


class Villages:
    """Everything prepared so that each request does its full work and none is a repetition.

    A round is `per_round` requests, spread over all villages in turn.
    """

    def __init__(self, url: str, *, per_round: int, rounds: int) -> None:
        self._url = url
        self._each = -(-per_round // _VILLAGES)
        with application(url):
            town = run_in_transaction(lambda: identity.add_town(code="town", name="青石镇").id)
            self._villages = [
                _make_village(town, number, tills=self._each, sessions=-(-rounds // _GROUPS))
                for number in range(_VILLAGES)
            ]
            run_in_transaction(lambda: db.session.execute(text("ANALYZE")))
        self._check_ins = self._plan_check_ins()
        self._groups = itertools.cycle(range(_GROUPS))

    def check_ins(self) -> list[bytes]:
        """Card scans at the door for a round; everybody is signed up and comes once."""
        return [next(self._check_ins) for _ in range(self._each * _VILLAGES)]

    def redemptions(self) -> list[bytes]:
        """Redemptions of three goods for a round; before it a card is laid on every till."""
        with application(self._url):
            group = next(self._groups)
            scans = run_in_transaction(lambda: [_lay_cards(one, group) for one in self._villages])
            if group == 1:
                # As the server itself does within a minute: plans that were made for tables without
                # a row, as they are before the first round, are made anew.
                run_in_transaction(lambda: db.session.execute(text("ANALYZE")))
        return [
            _request(
                f"/api/v1/scans/{scan_id}/redemption",
                {"lines": [{"good_id": str(good), "quantity": 1} for good in village.good_ids]},
                token=counter.token,
            )
            for turn in zip(*scans, strict=True)
            for village, (scan_id, counter) in zip(self._villages, turn, strict=True)
        ]

    def _plan_check_ins(self) -> Iterator[bytes]:
        per_village = (
            [
                (village, session_id, villager)
                for session_id in village.session_ids
                for villager in village.villagers
            ]
            for village in self._villages
        )
        for village, session_id, villager in itertools.chain.from_iterable(
            zip(*per_village, strict=True)
        ):
            yield _request(
                f"/api/v1/activity-sessions/{session_id}/scans",
                {"code": villager.card_code},
                token=village.organiser_token,
            )


def bare_request() -> bytes:
    """What is sent to the bare route: as large as a check-in, with the same headers."""
    return _request("/bare", {"code": new_code(CodeKind.CARD)}, token=secrets.token_urlsafe(32))


def _request(path: str, body: dict[str, object], *, token: str) -> bytes:
    sent = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(sent)}\r\nAuthorization: Bearer {token}\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\n\r\n"
    )
    return head.encode() + sent


def _make_village(town_id: int, number: int, *, tills: int, sessions: int) -> BenchVillage:
    village_id = run_in_transaction(
        lambda: (
            identity.add_village(
                town_id=town_id,
                code=f"village-{number}",
                name=f"露溪{number}村",
                contact_name="村文书",
                contact_phone="1",
                contact_place="村委会",
            ).id
        )
    )
    today = clock.today()
    open_book(village_id, month=Month(today.year, today.month), budget_tenths=10**7)
    adopt_rules(village_id, starts_on=today - timedelta(days=30))
    staff = {
        role: run_in_transaction(partial(_add_staff, town_id, village_id, role))
        for role in (Role.ORGANISER, Role.CLERK)
    }
    villagers = run_in_transaction(lambda: _add_villagers(village_id, tills * _GROUPS))
    session_ids = run_in_transaction(
        lambda: _add_sessions(village_id, staff[Role.ORGANISER], villagers, sessions)
    )
    store_id, good_ids = run_in_transaction(lambda: _add_store(village_id))
    token = run_in_transaction(
        lambda: identity.start_session(subject="bench", account_id=staff[Role.ORGANISER])
    )
    counters = run_in_transaction(
        lambda: _add_counters(village_id, store_id, staff[Role.CLERK], tills)
    )
    return BenchVillage(
        village_id,
        villagers,
        session_ids,
        token,
        staff[Role.CLERK],
        store_id,
        good_ids,
        counters,
    )


def _add_staff(town_id: int, village_id: int, role: Role) -> int:
    return identity.add_staff(
        town_id=town_id,
        village_id=village_id,
        user_name=f"{role}-{village_id}",
        display_name=str(role),
        password=secrets.token_urlsafe(),
        roles=frozenset({role}),
        actor_id=SYSTEM_ACTOR_ID,
    ).id


def _insert(model: type[Base], rows: list[dict[str, object]]) -> None:
    db.session.execute(insert(model), rows)


def _add_villagers(village_id: int, count: int) -> list[Villager]:
    """Households of one with a card and points to spend."""
    now, today = clock.now(), clock.today()
    added = [Villager(new_id(), new_id(), new_id(), new_code(CodeKind.CARD)) for _ in range(count)]
    place = {"village_id": village_id}
    _insert(
        Household,
        [
            {
                "id": one.household_id, **place, "passbook_no": f"{n:05}",
                "notice_name_mode": "masked", "status": "active", "created_at": now,
            }
            for n, one in enumerate(added)
        ],
    )  # fmt: skip
    _insert(
        Member,
        [
            {
                "id": one.member_id, **place, "name": "王大山", "is_party_member": False,
                "status": "active", "created_at": now,
            }
            for one in added
        ],
    )  # fmt: skip
    _insert(
        HouseholdMembership,
        [
            {
                "id": new_id(), "member_id": one.member_id, "household_id": one.household_id,
                "is_head": True, "relation": "户主", "began_on": today,
            }
            for one in added
        ],
    )  # fmt: skip
    _insert(
        Card,
        [
            {
                "id": one.card_id, **place, "member_id": one.member_id,
                "code_digest": code_digest(one.card_code), "version": 1,
                "issued_by": SYSTEM_ACTOR_ID, "issued_at": now,
            }
            for one in added
        ],
    )  # fmt: skip
    for start in range(0, count, 500):
        _give_points(village_id, added[start : start + 500])
    return added


def _give_points(village_id: int, villagers: list[Villager]) -> None:
    transfers = tuple(
        TransferDraft(
            issuance(village_id),
            household_spendable(village_id, villager.household_id),
            _HOUSEHOLD_POINTS,
        )
        for villager in villagers
    )
    key = uuid.uuid4().hex
    ledger.post(
        [EntryDraft(village_id, EntryKind.MOVE, clock.today(), SYSTEM_ACTOR_ID, key, transfers)]
    )


def _add_sessions(
    village_id: int, organiser_id: int, villagers: list[Villager], count: int
) -> list[int]:
    """Sessions that begin in a quarter of an hour, with everybody signed up."""
    now = clock.now()
    times = activities.SessionPlan(now + timedelta(minutes=15), now + timedelta(minutes=75))
    session_ids = []
    for _ in range(count):
        plan = activities.ActivityPlan(
            title="消防安全宣传",
            place="村委会广场",
            rule_code="ZY01",
            sessions=[times],
            seats=len(villagers),
            organiser_ids=[organiser_id],
        )
        activity = activities.schedule_activity(
            village_id=village_id, plan=plan, actor_id=organiser_id
        )
        activities.approve_activity(
            village_id=village_id, activity_id=activity.id, actor_id=SYSTEM_ACTOR_ID
        )
        session_ids.append(sessions_of(activity.id)[0].id)
    _insert(
        Signup,
        [
            {
                "id": new_id(), "village_id": village_id, "session_id": session_id,
                "member_id": one.member_id, "household_id": one.household_id,
                "place": Place.CONFIRMED, "source": SignupSource.SELF, "created_at": now,
                "created_by": SYSTEM_ACTOR_ID, "held": 0, "hold_state": HoldState.NONE,
            }
            for session_id in session_ids
            for one in villagers
        ],
    )  # fmt: skip
    return session_ids


def _add_store(village_id: int) -> tuple[int, list[int]]:
    store = stores.add_store(village_id=village_id, name="爱心超市")
    good_ids = []
    for number in range(_GOODS):
        good = stores.add_good(
            village_id=village_id,
            store_id=store.id,
            barcode=f"690100000{number:04d}",
            title=f"肥皂{number}",
            unit_word="块",
            price=Tenths(10),
            source="村集体采购",
            household_month_max=None,
        )
        for _ in range(10):
            stores.stock_in(
                village_id=village_id,
                good_id=good.id,
                kind=MovementKind.BOUGHT,
                quantity=9999,
                source="村集体采购",
                actor_id=SYSTEM_ACTOR_ID,
            )
        good_ids.append(good.id)
    return store.id, good_ids


def _add_counters(village_id: int, store_id: int, clerk_id: int, count: int) -> list[Counter]:
    """As many tills as requests of a round, because a till has one card on it at a time."""
    now = clock.now()
    added = [Counter(new_id(), secrets.token_urlsafe(32)) for _ in range(count)]
    _insert(
        Terminal,
        [
            {
                "id": one.terminal_id, "village_id": village_id, "store_id": store_id,
                "name": "一号", "enrolled_at": now,
            }
            for one in added
        ],
    )  # fmt: skip
    _insert(
        SignInSession,
        [
            {
                "id": new_id(), "token_digest": token_digest(one.token), "account_id": clerk_id,
                "terminal_id": one.terminal_id, "created_at": now,
                "expires_at": now + timedelta(hours=12),
            }
            for one in added
        ],
    )  # fmt: skip
    return added


def _lay_cards(village: BenchVillage, group: int) -> list[tuple[int, Counter]]:
    """Every till's earlier card goes and another household's comes; the ids of the scans."""
    now, tills = clock.now(), len(village.counters)
    villagers = village.villagers[group * tills : (group + 1) * tills]
    db.session.execute(
        update(CardScan)
        .where(CardScan.village_id == village.id, CardScan.ended_at.is_(None))
        .values(ended_at=now)
    )
    laid = [(new_id(), counter) for counter in village.counters]
    _insert(
        CardScan,
        [
            {
                "id": scan_id, "village_id": village.id, "store_id": village.store_id,
                "terminal_id": counter.terminal_id, "clerk_id": village.clerk_id,
                "card_id": villager.card_id, "household_id": villager.household_id,
                "member_id": villager.member_id, "scanned_at": now,
            }
            for (scan_id, counter), villager in zip(laid, villagers, strict=True)
        ],
    )  # fmt: skip
    return laid
