"""Twelve households in three grids, two party members and two teams, over October 2026.

    grid      passbooks              earned in October (points)
    第1网格   0001 0002 0003 0004    0001 6 · 0002 4 · 0003 2 · 0004 –
    第2网格   0005 … 0009            0005 2 · 0006 2 · 0007 10 · 0008 – · 0009 –
    第3网格   0010 0011 0012         0010 2 · 0011 2, taken back again · 0012 −3 (see below)

    party member   household   linked with
    周党生         0001        0002 0003 0004 0005 0012
    吴党红         0007        0008 0009 0010 0011

    team           members                    the month's theme
    环境保护队     0001甲 0002甲 0005甲        one session, closed
    治安巡逻队     0003甲 0010甲               one session, never closed

0012 earned 3 in September, which October took back.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import partial

from app.activities import queries as activity_queries
from app.activities import service as activities
from app.activities.domain.check_in import Source
from app.activities.domain.themes import ThemeFacts
from app.activities.models import ActivitySession
from app.identity import service as identity
from app.identity.domain import Role
from app.incentives import service
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths
from app.ledger.domain.accounts import branch_budget
from app.notices import service as notices
from app.notices.models import Notice
from app.people import service as people
from app.people.domain.links import LinkSide
from app.people.domain.persons import Person
from app.rulebook import queries as rulebook_queries
from app.rulebook import service as rulebook
from app.rulebook.domain.awards import AwardRequest
from app.rulebook.domain.incentives import USUAL_INCENTIVES, IncentiveTerms
from app.rulebook.domain.rules import Rule, RuleKind
from app.web.transaction import run_in_transaction
from tests.factories.places import Places, make_places
from tests.factories.rulebooks import ADOPTION, open_book

SEPTEMBER, OCTOBER = Month(2026, 9), Month(2026, 10)
GRIDS = {
    "第1网格": ("0001", "0002", "0003", "0004"),
    "第2网格": ("0005", "0006", "0007", "0008", "0009"),
    "第3网格": ("0010", "0011", "0012"),
}
LINKS = {
    "周党生": ("0002", "0003", "0004", "0005", "0012"),
    "吴党红": ("0008", "0009", "0010", "0011"),
}
TEAMS = {"环境保护队": ("0001甲", "0002甲", "0005甲"), "治安巡逻队": ("0003甲", "0010甲")}
_PARTY_MEMBERS = {"0001": "周党生", "0007": "吴党红"}
# Besides what the closed session gives 0001甲, 0002甲 and 0005甲: 2 points each.
_EARNED = {
    "0001甲": 20, "周党生": 20, "0002甲": 20, "0003甲": 20, "0006甲": 20, "0007甲": 40,
    "吴党红": 60, "0010甲": 20,
}  # fmt: skip
RULE = Rule("GY01", "公益", "公益劳动", RuleKind.EARN, Tenths(20), None, "签到", "organiser")


@dataclass
class Village:
    """Ids by passbook number, name, grid and team; `unheld` is the session that was never closed,
    a week after the 20th.
    """

    places: Places
    households: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    grids: dict[str, int] = field(default_factory=dict)
    teams: dict[str, int] = field(default_factory=dict)
    unheld: ActivitySession | None = None

    @property
    def id(self) -> int:
        return self.places.village_id

    @property
    def president_id(self) -> int:
        return self.places.staff["luxi", Role.BRANCH_PRESIDENT]

    def award(self, name: str, amount: int, day: date, key: str = "") -> int:
        """Points for a member's deed; returns the award's id."""
        request = AwardRequest(
            village_id=self.id,
            rule_id=rulebook_queries.rule_by_code(self._version_id(day), RULE.code).id,
            member_id=self.members[name],
            household_id=self.households[self.passbook_of(name)],
            occurred_on=day,
            points_asked=Tenths(amount),
            from_account=branch_budget(self.id),
            source_kind="test",
            source_id=day.toordinal(),
            idempotency_key=f"{name}-{day}-{key}",
            actor_id=1,
        )
        return run_in_transaction(lambda: rulebook.award([request]))[0].award_id

    def passbook_of(self, name: str) -> str:
        by_name = {member: number for number, member in _PARTY_MEMBERS.items()}
        return by_name.get(name, name[:4])

    def reverse(self, award_id: int) -> None:
        run_in_transaction(
            lambda: rulebook.reverse_award(
                award_id=award_id,
                village_id=self.id,
                actor_id=1,
                reason="核实有误",
                idempotency_key=f"reverse-{award_id}",
            )
        )

    def adopt(self, terms: IncentiveTerms, starts_on: date) -> int:
        return run_in_transaction(
            lambda: (
                rulebook.save_version(
                    village_id=self.id,
                    rules=[RULE],
                    adoption=ADOPTION,
                    starts_on=starts_on,
                    actor_id=1,
                    incentives=terms,
                ).id
            )
        )

    def fill_pool(self, amount: int, *, returns: bool = False) -> None:
        run_in_transaction(
            lambda: service.move_pool(
                village_id=self.id,
                amount=Tenths(amount),
                returns=returns,
                actor_id=self.president_id,
            )
        )

    def close(self, month: Month = OCTOBER, reason: str = "") -> Notice:
        return run_in_transaction(
            lambda: notices.close_month(
                village_id=self.id, month=month, actor_id=self.president_id, reason=reason
            )
        )

    def _version_id(self, day: date) -> int:
        version = rulebook_queries.current_version(self.id, day)
        assert version is not None
        return version.id


def on(day: int, month: int = 10) -> AbstractContextManager[None]:
    """Noon of a day of 2026."""
    return clock.stopped_at(clock.instant(date(2026, month, day), time(12)))


def make_village(terms: IncentiveTerms = USUAL_INCENTIVES, *, pool: int = 500) -> Village:
    """October as it stands on the 24th, ready to be closed; September is closed."""
    with on(1, month=9):
        village = Village(make_places())
        open_book(village.id, month=SEPTEMBER, budget_tenths=10_000)
        village.adopt(terms, SEPTEMBER.first_day)
        run_in_transaction(lambda: _enter_register(village))
        late = village.award("0012甲", 30, date(2026, 9, 5))
    with on(30, month=9):
        village.close(SEPTEMBER)
    with on(20):
        if pool:
            village.fill_pool(pool)
        _hold_sessions(village)
        for name, amount in _EARNED.items():
            village.award(name, amount, date(2026, 10, 6))
        village.reverse(village.award("0011甲", 20, date(2026, 10, 6)))
        village.reverse(late)
    return village


def _enter_register(village: Village) -> None:
    village.grids = identity.add_grids(village_id=village.id, names=list(GRIDS))
    for grid_name, passbooks in GRIDS.items():
        for number in passbooks:
            village.households[number] = people.add_household(
                village_id=village.id, passbook_no=number, grid_id=village.grids[grid_name]
            ).id
            names = [f"{number}甲", *filter(None, [_PARTY_MEMBERS.get(number)])]
            for name in names:
                person = Person(name, is_party_member=name in LINKS, relation="家人")
                village.members[name] = people.add_member(
                    village_id=village.id, household_id=village.households[number], person=person
                ).id
    for name, passbooks in LINKS.items():
        for number in passbooks:
            people.propose_link(
                village_id=village.id,
                member_id=village.members[name],
                household_id=village.households[number],
                side=LinkSide.OFFICE,
                actor_id=1,
            )
    for name, members in TEAMS.items():
        team = people.add_team(village_id=village.id, name=name)
        village.teams[name] = team.id
        people.assign_team(
            village_id=village.id,
            team_id=team.id,
            member_ids=[village.members[member] for member in members],
        )


def _hold_sessions(village: Village) -> None:
    """A session of the month's theme for each team; one is held and closed, one is not."""
    theme_id = run_in_transaction(lambda: _publish_theme(village.places.town_id))
    held, village.unheld = (
        run_in_transaction(partial(_plan_session, village, theme_id, team, hours))
        for team, hours in (("环境保护队", 1), ("治安巡逻队", 24 * 7))
    )
    with clock.stopped_at(clock.now() + timedelta(hours=1)):
        attend(village, held, TEAMS["环境保护队"])


def attend(village: Village, session: ActivitySession, names: Sequence[str]) -> None:
    """These members come to a session, which is then closed."""
    for name in names:
        run_in_transaction(
            partial(
                activities.check_in,
                village_id=village.id,
                session_id=session.id,
                member_id=village.members[name],
                source=Source.CARD,
                actor_id=1,
            )
        )
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        run_in_transaction(
            lambda: activities.close_session(
                village_id=village.id, session_id=session.id, actor_id=1
            )
        )


def _publish_theme(town_id: int) -> int:
    facts = ThemeFacts(
        code="T10", title="秋季清扫", rule_code=RULE.code, team_name="", points=Tenths(20),
        minutes=60, seats=30,
    )  # fmt: skip
    activities.save_theme(town_id=town_id, month=OCTOBER, facts=facts, actor_id=1)
    (found,) = activity_queries.lists_of_month(town_id, OCTOBER)
    activities.publish_theme_list(town_id=town_id, theme_list_id=found.id, actor_id=1)
    return activity_queries.published_themes(town_id, OCTOBER)[0].id


def _plan_session(village: Village, theme_id: int, team: str, hours: int) -> ActivitySession:
    starts_at = clock.now() + timedelta(hours=hours)
    plan = activities.ActivityPlan(
        title="秋季清扫",
        place="文化广场",
        rule_code=RULE.code,
        sessions=[activities.SessionPlan(starts_at, starts_at + timedelta(hours=1))],
        seats=10,
        organiser_ids=[village.places.staff["luxi", Role.ORGANISER]],
        drop_in=True,
        team_id=village.teams[team],
        theme_id=theme_id,
    )
    activity = activities.schedule_activity(village_id=village.id, plan=plan, actor_id=1)
    activities.approve_activity(village_id=village.id, activity_id=activity.id, actor_id=1)
    return activity_queries.sessions_of(activity.id)[0]
