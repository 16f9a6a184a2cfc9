"""Loading the sample town into an empty database, and the ways to sign in to it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from app.activities import queries as activities_queries
from app.activities import service as activities
from app.identity import queries as identity_queries
from app.identity import service as identity
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.kit import ids
from app.kit.codes import CodeKind, chosen_by, new_code
from app.ledger import service as ledger
from app.people import service as people_service
from app.web.transaction import run_in_transaction

from .claims import plan_claims, seat_reviewers
from .history import plan_history
from .timetable import DATA, Timetable
from .village import (
    CLERK_PIN,
    PASSWORD,
    QUOTA,
    SampleVillage,
    adopt_rule_book,
    enter_register,
    fill_bonus_pool,
    fill_teams,
    found_village,
    link_households,
    open_store,
    small_register,
)

_VILLAGES = (("luxi", "露溪村"), ("shishan", "石山村"))
_VILLAGER_PIN = "135802"
_TOWN_CODE = "qingshi"


@dataclass(frozen=True, slots=True)
class SampleSignIn:
    """One way in: who, at which path, with what."""

    role: str
    path: str
    name: str
    secret: str


def is_loaded() -> bool:
    """Whether this database holds the sample town, or any other."""
    return bool(identity_queries.villages())


def load_town(today: date, *, progress: Callable[[date], None] = lambda _day: None) -> None:
    """Make the town and its history up to the day before `today`, deterministically.

    The database must be empty.
    """
    timetable = Timetable(today)
    founding_day = timetable.closed_month.first_day - timedelta(days=12)
    rng = random.Random("sample town")  # noqa: S311 - must come out the same each time
    ids.use_node(0)
    # A source of its own: how many secrets a close draws must not change the rest.
    draw = random.Random("sample secrets").randbytes  # noqa: S311 - and are none
    with chosen_by(rng.choice), ledger.secrets_drawn_by(draw):
        timetable.plan(founding_day, 9, lambda: _found(timetable, rng))
        for day in timetable.run():
            progress(day)
    ids.use_node(None)


def sign_ins() -> list[SampleSignIn]:
    """One way in for every role; the terminal's code is made anew and lasts ten minutes."""
    code, _ = _VILLAGES[0]
    village = identity_queries.village_by_code(code)
    terminal = identity_queries.terminals(village.id)[-1]
    enrolment = run_in_transaction(
        lambda: identity.renew_enrolment(village_id=village.id, terminal_id=terminal.id)
    )
    staff = [
        SampleSignIn(role, "/sign-in", f"{code}-{user}", PASSWORD)
        for role, user in (
            ("branch president", "president"),
            ("organiser", "organiser"),
            ("grid worker", "grid"),
            ("supervision", "supervision"),
            ("reviewer", "reviewer"),
        )
    ]
    villager = _villager_code()
    return [
        SampleSignIn("head bank", "/sign-in", "town", PASSWORD),
        *staff,
        SampleSignIn("villager", f"/k/{villager}", "card in the link", f"PIN {_VILLAGER_PIN}"),
        SampleSignIn("till", f"/t/{enrolment}", "clerk in the list", f"PIN {CLERK_PIN}"),
    ]


def _found_town(timetable: Timetable) -> int:
    town = identity.add_town(code=_TOWN_CODE, name="青石镇")
    account = identity.add_staff(
        town_id=town.id,
        village_id=None,
        user_name="town",
        display_name="青石镇总行",
        password=PASSWORD,
        roles=frozenset({Role.HEAD_BANK}),
        actor_id=SYSTEM_ACTOR_ID,
    )
    activities.import_themes(town_id=town.id, table=timetable.themes(), actor_id=account.id)
    for month in (timetable.closed_month, timetable.open_month):
        for found in activities_queries.lists_of_month(town.id, month):
            activities.publish_theme_list(
                town_id=town.id, theme_list_id=found.id, actor_id=account.id
            )
    return town.id


def _found(timetable: Timetable, rng: random.Random) -> None:
    """The town and its villages; their history is planned from here."""
    town_id = _found_town(timetable)
    for code, name in _VILLAGES:
        village = found_village(timetable, town_id, code, name)
        adopt_rule_book(timetable, village)
        for month in (timetable.closed_month, timetable.open_month):
            activities.grant_quota(
                town_id=town_id,
                village_id=village.id,
                month=month,
                amount=QUOTA[code],
                actor_id=SYSTEM_ACTOR_ID,
                idempotency_key=f"sample-quota-{month}",
            )
        fill_bonus_pool(village)
        if village.code == _VILLAGES[0][0]:
            file_name = "luxi-register.xlsx"
            enter_register(village, file_name, (DATA / file_name).read_bytes())
            open_store(village)
        else:
            enter_register(village, f"{code}-register.csv", small_register(rng))
        seat_reviewers(village, town_id)
        fill_teams(village, rng)
        link_households(village)
        if village.code == _VILLAGES[0][0]:
            _issue_villager_card(village)
            plan_claims(timetable, village)
        plan_history(timetable, village, town_id)


def _issue_villager_card(village: SampleVillage) -> None:
    """The card whose code is printed at every start belongs to somebody who takes part."""
    owner = village.adults[0]
    with chosen_by(_villager_choice()):
        people_service.issue_card(
            village_id=village.id, member_id=owner.id, actor_id=village.president_id
        )
    identity.set_member_pin(
        member_id=owner.id, village_id=village.id, display_name=owner.name, pin=_VILLAGER_PIN
    )


def _villager_code() -> str:
    with chosen_by(_villager_choice()):
        return new_code(CodeKind.CARD)


def _villager_choice() -> Callable[[str], str]:
    return random.Random("sample villager").choice  # noqa: S311 - printed at every start
