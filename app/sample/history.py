"""What happened in the sample's two months: activities, a notice, objections, redemptions."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.activities import queries as activities_queries
from app.activities import service as activities
from app.activities.domain.check_in import Source
from app.activities.domain.signups import SignupSource
from app.activities.service import ActivityPlan, SessionPlan
from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import DomainError
from app.kit.month import Month
from app.ledger import queries as books
from app.ledger.domain.accounts import POINT, Purpose
from app.notices import queries as notices
from app.notices import service as notices_service
from app.notices.domain import Decision, NoticePeriod, ObjectionSource
from app.people import queries as people
from app.people.domain.households import MemberRef
from app.store import queries as store
from app.store import service as store_service
from app.store.domain.redemption import Line

from .timetable import Timetable, moment_of
from .village import SampleVillage

if TYPE_CHECKING:
    from app.activities.models import Theme

_CLOSING_DAY = 25
_REDEMPTIONS_A_DAY = 4
_SESSIONS_A_MONTH = 10
_DAYS_BETWEEN_SESSIONS = 2
_PLACES = ("村文化广场", "村委会院坝", "东头路口", "露溪河边", "老年活动室")


def plan_history(timetable: Timetable, village: SampleVillage, town_id: int) -> None:
    """Plan a village's history from the first activity to the present day."""
    history = _History(timetable, village)
    for month in (timetable.closed_month, timetable.open_month):
        themes = activities_queries.published_themes(town_id, month)
        for number in range(_SESSIONS_A_MONTH):
            day = month.first_day + timedelta(days=2 + _DAYS_BETWEEN_SESSIONS * number)
            history.plan_session(themes[number % len(themes)], day)
    history.plan_notice(timetable.closed_month.first_day.replace(day=_CLOSING_DAY))
    if village.till is not None:
        history.plan_redemptions()
    eve = timetable.today - timedelta(days=1)
    for number, theme in enumerate(
        activities_queries.published_themes(town_id, timetable.open_month)[:3]
    ):
        history.announce(theme, timetable.today + timedelta(days=2 + 3 * number), eve)


class _History:
    """One village's steps; each plans those that follow from it."""

    def __init__(self, timetable: Timetable, village: SampleVillage) -> None:
        self._timetable = timetable
        self._village = village
        # Not for secrets: the history must come out the same each time.
        self._rng = random.Random(f"history of {village.code}")  # noqa: S311

    def plan_session(self, theme: "Theme", day: date) -> None:
        """An activity from scheduling to closing; two come without signing up, one stays away."""
        seats = min(theme.seats, 12 + self._rng.randrange(10))
        participants = self._rng.sample(self._village.adults, seats)
        plan = _plan(self._village, theme, day, self._rng.choice(_PLACES))

        def schedule() -> None:
            session_id = _schedule(self._village, plan)
            for step_day, hour, minute, work in (
                (day - timedelta(days=1), 19, 0, partial(_sign_up, members=participants[2:])),
                (day, 8, 50, partial(_check_in, members=participants[:-1])),
                (day, 18, 0, _close),
            ):
                step = partial(work, self._village, session_id)
                self._timetable.plan(step_day, hour, step, minute=minute)

        self._timetable.plan(day - timedelta(days=2), 10, schedule)

    def announce(self, theme: "Theme", day: date, eve: date) -> None:
        """An activity that is still to come, with some who have signed up."""
        members = self._rng.sample(self._village.adults, 6)
        plan = _plan(self._village, theme, day, self._rng.choice(_PLACES))

        def schedule() -> None:
            _sign_up(self._village, _schedule(self._village, plan), members=members)

        self._timetable.plan(eve, 15, schedule)

    def plan_notice(self, closing_day: date) -> None:
        """Close the month, post its notice, answer two objections, settle."""
        village, month = self._village, self._timetable.closed_month
        posted = NoticePeriod.starting(closing_day + timedelta(days=1), 7)

        def close() -> None:
            notice_id = notices_service.close_month(
                village_id=village.id, month=month, actor_id=village.president_id
            ).id
            for day, hour, work in (
                (posted.posted_from, 9, partial(_publish, village, notice_id, posted)),
                (
                    posted.posted_from + timedelta(days=2),
                    10,
                    partial(_object, village, notice_id, month),
                ),
                (posted.posted_to + timedelta(days=1), 9, partial(_settle, village, notice_id)),
            ):
                self._timetable.plan(day, hour, work)

        self._timetable.plan(closing_day, 17, close)

    def plan_redemptions(self) -> None:
        """Households come to the store in the open month; the last redemption is voided."""
        day = self._timetable.open_month.first_day + timedelta(days=2)
        while day < self._timetable.today:
            last = day == self._timetable.today - timedelta(days=1)
            for place in range(_REDEMPTIONS_A_DAY):
                work = partial(self._redeem, voided=last and place == 0)
                self._timetable.plan(day, 10, work, minute=5 * place)
            day += timedelta(days=1)

    def _redeem(self, *, voided: bool) -> None:
        """Somebody whose points reach takes something home."""
        village = self._village
        if village.till is None:
            return
        balances = books.balances_of_purpose(village.id, Purpose.SPENDABLE)
        able = sorted(household_id for (household_id, _), held in balances.items() if held >= 50)
        if not able:
            return
        household_id = self._rng.choice(able)
        on_shelf = [
            good
            for good, left in store.stock(village.till.store_id)
            if left and good.price <= balances[household_id, POINT]
        ]
        scan = store_service.scan_card(till=village.till, card_code=village.cards[household_id])
        redemption = store_service.redeem_goods(
            till=village.till,
            scan_id=scan.id,
            redemption_key=f"sample-{scan.id}",
            lines=[Line(self._rng.choice(on_shelf).id, 1)],
        ).redemption
        if voided:
            self._timetable.plan(clock.today(), 11, partial(_void, village, redemption.id))


def _plan(village: SampleVillage, theme: "Theme", day: date, place: str) -> ActivityPlan:
    starts_at = moment_of(day, 9)
    teams = {team.name: team.id for team in people.teams(village.id)}
    return ActivityPlan(
        title=theme.title,
        place=place,
        rule_code=theme.rule_code,
        sessions=[SessionPlan(starts_at, starts_at + timedelta(minutes=theme.minutes))],
        seats=theme.seats,
        organiser_ids=[village.staff[Role.ORGANISER]],
        drop_in=True,
        team_id=teams.get(theme.team_name),
        theme_id=theme.id,
    )


def _schedule(village: SampleVillage, plan: ActivityPlan) -> int:
    activity = activities.schedule_activity(
        village_id=village.id, plan=plan, actor_id=village.staff[Role.ORGANISER]
    )
    activities.approve_activity(
        village_id=village.id, activity_id=activity.id, actor_id=village.president_id
    )
    return activities_queries.sessions_of(activity.id)[0].id


def _sign_up(village: SampleVillage, session_id: int, *, members: Sequence[MemberRef]) -> None:
    for member in members:
        _or_not(
            partial(
                activities.sign_up,
                village_id=village.id,
                session_id=session_id,
                member_id=member.id,
                source=SignupSource.STAFF,
                actor_id=village.staff[Role.GRID_WORKER],
            )
        )


def _check_in(village: SampleVillage, session_id: int, *, members: Sequence[MemberRef]) -> None:
    for member in members:
        _or_not(
            partial(
                activities.check_in,
                village_id=village.id,
                session_id=session_id,
                member_id=member.id,
                source=Source.ROSTER,
                actor_id=village.staff[Role.ORGANISER],
            )
        )


def _or_not(work: Callable[[], object]) -> None:
    """Life is like that: somebody's points do not reach for a craft class, and they stay away."""
    try:
        with db.session.begin_nested():
            work()
    except DomainError:
        return


def _close(village: SampleVillage, session_id: int) -> None:
    activities.close_session(
        village_id=village.id, session_id=session_id, actor_id=village.staff[Role.ORGANISER]
    )


def _publish(village: SampleVillage, notice_id: int, period: NoticePeriod) -> None:
    notices_service.publish_notice(
        village_id=village.id,
        notice_id=notice_id,
        period=period,
        actor_id=village.president_id,
    )


def _object(village: SampleVillage, notice_id: int, month: Month) -> None:
    """One objection that is upheld, with its award reversed, and one that is not."""
    notice = notices.notice(village.id, notice_id)
    households = people.households(village.id)
    wronged, choices = next(
        (household, choices)
        for household in households
        if (choices := notices.award_choices(notice, household.passbook_no))
    )
    day = choices[0].occurred_on
    for statement, decision, answer, award_ids in (
        (
            f"{day.month}月{day.day}日那次活动，这一户没有人参加，不该加分。",
            Decision.UPHELD,
            "已核对签到名单，当天确实没有到场，冲正。",
            (choices[0].award_id,),
        ),
        (
            f"{month.number}月我家应该再加2分。",
            Decision.REJECTED,
            "本月志愿服务已经封顶，已当面说明。",
            (),
        ),
    ):
        objection = notices_service.file_objection(
            notice_id=notice_id,
            source=ObjectionSource.OFFICE,
            passbook_number=wronged.passbook_no,
            objector_name="",
            statement=statement,
            actor_id=village.staff[Role.SUPERVISION],
        )
        notices_service.decide_objection(
            village_id=village.id,
            objection_id=objection.id,
            decision=decision,
            answer=answer,
            award_ids=award_ids,
            actor_id=village.president_id,
        )


def _settle(village: SampleVillage, notice_id: int) -> None:
    notices_service.settle_notice(
        village_id=village.id, notice_id=notice_id, actor_id=village.president_id
    )


def _void(village: SampleVillage, redemption_id: int) -> None:
    store_service.void_redemption(
        village_id=village.id,
        redemption_id=redemption_id,
        actor_id=village.staff[Role.CLERK],
        is_branch_president=False,
        reason="拿错了物品",
        goods_back=True,
    )
