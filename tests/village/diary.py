"""What happened in the village, read from lines such as

    09-05  劳动  0001甲 0002甲
    10-03  异议  0007 09-12 成立

and done through the services, each by the people whose task it is, at noon of its day.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from app.activities import queries as activity_queries
from app.activities import service as activities
from app.activities.domain.check_in import Source
from app.activities.domain.denials import DenialDecision
from app.activities.domain.themes import ThemeFacts
from app.claims import queries as claim_queries
from app.claims import service as claims
from app.claims.domain.states import ClaimSource, Decision
from app.claims.models import Claim
from app.expiry import service as expiry
from app.expiry.domain import ExpiryKind, Terms
from app.identity.domain import Role
from app.incentives import service as incentives
from app.kit import clock
from app.kit.month import Month
from app.kit.points import Tenths, parse_tenths
from app.notices import service as notices
from app.notices.domain import Decision as Answer
from app.notices.domain import NoticePeriod, ObjectionSource
from app.notices.models import Notice
from app.people import queries as people_queries
from app.people import service as people
from app.people.domain.life import Arrival, LifeDraft, LifeKind
from app.rulebook import queries as rulebook_queries
from app.store import service as store
from app.store.domain.redemption import Line
from app.web.transaction import run_in_transaction
from tests.factories.rulebooks import ADOPTION

from .register import HELP, LABOUR, LITTER, Register, household_of

YEAR = 2026
UPHELD = "成立"


class Diary:
    """Does what the lines say; `notices` are those of the closed months, newest last."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self.village_id = register.village_id
        self.president_id = register.places.staff["luxi", Role.BRANCH_PRESIDENT]
        self.organiser_id = register.places.staff["luxi", Role.ORGANISER]
        self.supervision_id = register.places.staff["luxi", Role.SUPERVISION]
        self.notices: list[Notice] = []
        self._deductions: dict[str, int] = {}
        self._mend_notices: dict[str, int] = {}
        self._deeds: dict[str, Callable[..., object]] = {
            "注资": self._fill_pool,
            "劳动": self._labour,
            "主题": self._theme,
            "申报": self._claim,
            "否认": self._deny,
            "兑换": self._redeem,
            "整改": self._notify,
            "扣分": self._deduct,
            "申诉": self._appeal,
            "申诉裁定": self._decide_appeal,
            "异议": self._object,
            "迁网格": self._move_grid,
            "迁村": self._move_village,
            "去世": self._die,
            "继承": self._inherit,
            "定到期": self._announce_expiry,
            "到期": self._expire,
            "结账": self._close,
            "公示": self._publish,
            "结清": self._settle,
        }

    def write(self, lines: str) -> None:
        for line in lines.strip().splitlines():
            day, deed, *words = line.split()
            with clock.stopped_at(clock.instant(_day(day), time(12))):
                self._deeds[deed](*words)

    def _fill_pool(self, points: str) -> None:
        run_in_transaction(
            lambda: incentives.move_pool(
                village_id=self.village_id,
                amount=Tenths(parse_tenths(points)),
                returns=False,
                actor_id=self.president_id,
            )
        )

    def _labour(self, *names: str) -> None:
        self._hold_session(names)

    def _theme(self, team: str, *names: str) -> None:
        """A session of the month's theme, which the town publishes on the day."""
        theme_id = run_in_transaction(self._publish_theme)
        self._hold_session(names, team_id=self.register.teams[team], theme_id=theme_id)

    def _publish_theme(self) -> int:
        month, town_id = Month.of(clock.today()), self.register.places.town_id
        facts = ThemeFacts(
            code="T1", title="清扫日", rule_code=LABOUR, team_name="", points=Tenths(20),
            minutes=60, seats=30,
        )  # fmt: skip
        activities.save_theme(town_id=town_id, month=month, facts=facts, actor_id=1)
        (found,) = activity_queries.lists_of_month(town_id, month)
        activities.publish_theme_list(town_id=town_id, theme_list_id=found.id, actor_id=1)
        return activity_queries.published_themes(town_id, month)[0].id

    def _hold_session(self, names: tuple[str, ...], **theme: Any) -> None:
        starts_at = clock.now() + timedelta(hours=1)
        plan = activities.ActivityPlan(
            title="清扫村道",
            place="文化广场",
            rule_code=LABOUR,
            sessions=[activities.SessionPlan(starts_at, starts_at + timedelta(hours=1))],
            seats=10,
            organiser_ids=[self.organiser_id],
            drop_in=True,
            **theme,
        )
        session_id = run_in_transaction(lambda: self._schedule(plan))
        with clock.stopped_at(starts_at):
            for name in names:
                run_in_transaction(
                    partial(
                        activities.check_in,
                        village_id=self.village_id,
                        session_id=session_id,
                        member_id=self.register.members[name],
                        source=Source.CARD,
                        actor_id=self.organiser_id,
                    )
                )
        with clock.stopped_at(starts_at + timedelta(hours=2)):
            run_in_transaction(
                lambda: activities.close_session(
                    village_id=self.village_id, session_id=session_id, actor_id=self.organiser_id
                )
            )

    def _schedule(self, plan: activities.ActivityPlan) -> int:
        activity = activities.schedule_activity(
            village_id=self.village_id, plan=plan, actor_id=self.organiser_id
        )
        activities.approve_activity(
            village_id=self.village_id, activity_id=activity.id, actor_id=self.president_id
        )
        return activity_queries.sessions_of(activity.id)[0].id

    def _claim(self, name: str) -> None:
        claim = run_in_transaction(
            lambda: claims.submit_claim(
                village_id=self.village_id,
                rule_code=HELP,
                household_id=self.register.households[household_of(name)],
                member_id=self.register.members[name],
                deed=claims.Deed(clock.today(), "帮邻居收稻", None),
                source=ClaimSource.SELF,
                actor_id=7,
            )
        )
        self._decide(claim, self.register.reviewers[:2])

    def _decide(self, claim: Claim, reviewers: list[int]) -> None:
        for reviewer_id in reviewers:
            run_in_transaction(
                partial(
                    claims.decide_claim,
                    village_id=self.village_id,
                    claim_id=claim.id,
                    round_number=claim.round,
                    step=claim.step,
                    decision=Decision.APPROVE,
                    reason="",
                    actor_id=reviewer_id,
                )
            )

    def _deny(self, name: str, day: str) -> None:
        """The household says that it was not there, and the office finds that it is right."""
        award_id = self._award_of(household_of(name), _day(day))
        denial_id = run_in_transaction(
            lambda: (
                activities.deny_award(
                    village_id=self.village_id,
                    household_id=self.register.households[household_of(name)],
                    award_id=award_id,
                    statement="那天在县城",
                    actor_id=7,
                ).id
            )
        )
        run_in_transaction(
            lambda: activities.decide_denial(
                village_id=self.village_id,
                denial_id=denial_id,
                decision=DenialDecision.UPHELD,
                answer="名单记错了",
                right_member_id=None,
                actor_id=self.president_id,
            )
        )

    def _award_of(self, passbook: str, day: date) -> int:
        (found,) = rulebook_queries.awards(
            self.village_id,
            household_id=self.register.households[passbook],
            first_day=day,
            last_day=day,
        )
        return found.id

    def _redeem(self, passbook: str, *goods: str) -> None:
        lines = [
            Line(self.register.goods[title], int(count))
            for title, count in (each.split("×") for each in goods)
        ]
        till = self.register.till
        scan_id = run_in_transaction(
            lambda: store.scan_card(till=till, card_code=self.register.cards[passbook]).id
        )
        run_in_transaction(
            lambda: store.redeem_goods(
                till=till, scan_id=scan_id, redemption_key=f"scan-{scan_id}", lines=lines
            )
        )

    def _notify(self, passbook: str, days: str) -> None:
        self._mend_notices[passbook] = run_in_transaction(
            lambda: (
                claims.issue_mend_notice(
                    village_id=self.village_id,
                    rule_code=LITTER,
                    household_id=self.register.households[passbook],
                    member_id=None,
                    shortcoming=claims.Shortcoming(clock.today(), "门口堆了垃圾", int(days)),
                    actor_id=self.organiser_id,
                ).id
            )
        )

    def _deduct(self, passbook: str) -> None:
        claim = run_in_transaction(
            lambda: claims.open_deduction(
                village_id=self.village_id,
                notice_id=self._mend_notices[passbook],
                source=ClaimSource.OFFICE,
                actor_id=self.organiser_id,
            )
        )
        self._deductions[passbook] = claim.id
        self._decide(claim, self.register.reviewers[:2])

    def _appeal(self, passbook: str) -> None:
        run_in_transaction(
            lambda: claims.appeal(
                village_id=self.village_id,
                claim_id=self._deductions[passbook],
                statement="第二天就清走了",
                actor_id=7,
            )
        )

    def _decide_appeal(self, passbook: str, answer: str) -> None:
        """By the two who did not decide the deduction."""
        assert answer == UPHELD
        claim = claim_queries.claim(self.village_id, self._deductions[passbook])
        self._decide(claim, self.register.reviewers[2:])

    def _object(self, passbook: str, day: str, answer: str) -> None:
        """Somebody objects to what a household earned on a day, and gets an answer."""
        upheld = answer == UPHELD
        objection_id = run_in_transaction(
            lambda: (
                notices.file_objection(
                    notice_id=self.notices[-1].id,
                    source=ObjectionSource.PAPER,
                    passbook_number=passbook,
                    objector_name="",
                    statement="那天没有来",
                    actor_id=self.organiser_id,
                ).id
            )
        )
        award_ids = (self._award_of(passbook, _day(day)),) if upheld else ()
        run_in_transaction(
            lambda: notices.decide_objection(
                village_id=self.village_id,
                objection_id=objection_id,
                decision=Answer.UPHELD if upheld else Answer.REJECTED,
                answer="核实过了",
                award_ids=award_ids,
                actor_id=self.president_id,
            )
        )

    def _move_grid(self, passbook: str, grid: str) -> None:
        self._live(LifeKind.GRID_MOVE, passbook, grid_id=self.register.grids[grid])

    def _die(self, name: str) -> None:
        self._live(LifeKind.DEATH, household_of(name), member_id=self.register.members[name])

    def _inherit(self, passbook: str, heir: str) -> None:
        self._live(LifeKind.INHERITANCE, passbook, to_household_id=self.register.households[heir])

    def _move_village(self, passbook: str, number_there: str) -> None:
        """To the other village, whose president takes them in."""
        self._live(
            LifeKind.VILLAGE_MOVE,
            passbook,
            confirmed_by=self.register.places.staff["shishan", Role.BRANCH_PRESIDENT],
            arrival=Arrival(number_there, None),
            to_village_id=self.register.places.other_village_id,
        )

    def _live(
        self,
        kind: LifeKind,
        passbook: str,
        *,
        confirmed_by: int | None = None,
        arrival: Arrival | None = None,
        **what: Any,
    ) -> None:
        """The president enters what happened, somebody else confirms it."""
        draft = LifeDraft(
            kind, self.register.households[passbook], clock.today(), "户口本已变更", **what
        )
        event_id = run_in_transaction(
            lambda: (
                people.enter_life_event(
                    village_id=self.village_id, draft=draft, actor_id=self.president_id
                ).id
            )
        )
        run_in_transaction(
            lambda: people.confirm_life_event(
                event=people_queries.life_row(self.village_id, event_id),
                actor_id=confirmed_by or self.supervision_id,
                arrival=arrival,
            )
        )

    def _announce_expiry(self, ceiling: str, acts_from: str) -> None:
        """What is above so many points on a day expires, as the meeting decided two days ago."""
        meeting_on = clock.today() - timedelta(days=2)
        adoption = replace(ADOPTION, meeting_on=meeting_on, record_number="露村会〔2026〕6号")
        run_in_transaction(
            lambda: expiry.announce_policy(
                village_id=self.village_id,
                terms=Terms(ExpiryKind.CEILING, ceiling=parse_tenths(ceiling)),
                acts_from=_day(acts_from),
                adoption=adoption,
                actor_id=self.president_id,
            )
        )

    def _expire(self) -> None:
        run_id = run_in_transaction(
            lambda: (
                expiry.ask_expiry(
                    village_id=self.village_id, on=clock.today(), actor_id=self.president_id
                ).id
            )
        )
        run_in_transaction(
            lambda: expiry.confirm_expiry(
                village_id=self.village_id, run_id=run_id, actor_id=self.supervision_id
            )
        )

    def _close(self, month: str, *reason: str) -> None:
        self.notices.append(
            run_in_transaction(
                lambda: notices.close_month(
                    village_id=self.village_id,
                    month=Month.parse(month),
                    actor_id=self.president_id,
                    reason=" ".join(reason),
                )
            )
        )

    def _publish(self, days: str) -> None:
        period = NoticePeriod.starting(clock.today(), int(days))
        self.notices[-1] = run_in_transaction(
            lambda: notices.publish_notice(
                village_id=self.village_id,
                notice_id=self.notices[-1].id,
                period=period,
                actor_id=self.president_id,
            )
        )

    def _settle(self) -> None:
        run_in_transaction(
            lambda: notices.settle_notice(
                village_id=self.village_id,
                notice_id=self.notices[-1].id,
                actor_id=self.president_id,
            )
        )


def _day(text: str) -> date:
    return date.fromisoformat(f"{YEAR}-{text}")
