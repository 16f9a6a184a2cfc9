"""A village that reviews claims: a grid, reviewers, and where the staff belong."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial

from app.claims import service
from app.claims.domain.policy import Policy
from app.claims.domain.states import ClaimSource, Decision
from app.claims.models import Claim, MendNotice
from app.claims.service import Deed, Shortcoming
from app.identity import service as identity
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.kit.points import Tenths
from app.people import service as people
from app.rulebook.domain.reading import read_rules
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, Rule, RuleKind
from app.web.transaction import run_in_transaction
from tests.factories.activities import START, Branch, make_branch
from tests.factories.people import People, make_people
from tests.factories.places import PASSWORD
from tests.factories.rulebooks import SAMPLE, adopt_rules

DAY = START.date()
REVIEWERS = ("评议员甲", "评议员乙", "评议员丙")


@dataclass
class ClaimVillage:
    """Branch, reviewers by name, and the household of each; nobody else has one.

    The families of the branch are in no grid; "0010" (钱多多) is in the first grid, whose worker is
    that of the branch.
    """

    branch: Branch
    reviewers: dict[str, int] = field(default_factory=dict)
    grids: list[int] = field(default_factory=list)
    more: People = field(init=False)

    @property
    def village_id(self) -> int:
        return self.branch.village_id

    def staff(self, role: Role) -> int:
        return self.branch.places.staff["luxi", role]

    def household_of(self, name: str) -> int:
        return self.more.households["0010"] if name == "钱多多" else self.branch.household_of(name)

    def member(self, name: str) -> int:
        return self.more.members[name] if name == "钱多多" else self.branch.member(name)


def make_claim_village(*, quorum: int = 2, drawn: int = 0) -> ClaimVillage:
    """Make it in committed transactions; needs an application context."""
    village = ClaimVillage(make_branch())
    run_in_transaction(partial(_settle, village, Policy(quorum, drawn)))
    village.more = make_people(
        village.village_id, village.grids[0], households={"0010": ["钱多多"]}
    )
    return village


def _settle(village: ClaimVillage, policy: Policy) -> None:
    village_id = village.village_id
    village.grids = list(
        identity.add_grids(village_id=village_id, names=["一网格", "二网格"]).values()
    )
    for number, name in enumerate(REVIEWERS):
        village.reviewers[name] = identity.add_staff(
            town_id=village.branch.places.town_id,
            village_id=village_id,
            user_name=f"luxi-reviewer-{number}",
            display_name=name,
            password=PASSWORD,
            roles=frozenset({Role.REVIEWER}),
            actor_id=SYSTEM_ACTOR_ID,
        ).id
    staff = [village.staff(role) for role in Role if ("luxi", role) in village.branch.places.staff]
    for account_id in (*staff, *village.reviewers.values()):
        # The reviewer that every village has stays undeclared, and reviews nothing.
        if account_id == village.staff(Role.REVIEWER):
            continue
        of_grid = account_id == village.staff(Role.GRID_WORKER)
        tie(village, account_id, grid_id=village.grids[0] if of_grid else None)
    service.set_policy(village_id=village_id, policy=policy, actor_id=0)


def tie(
    village: ClaimVillage,
    account_id: int,
    *,
    household_id: int | None = None,
    grid_id: int | None = None,
) -> None:
    """Declare where a member of staff belongs, inside a transaction."""
    people.declare_staff_tie(
        village_id=village.village_id,
        account_id=account_id,
        household_id=household_id,
        grid_id=grid_id,
        actor_id=0,
    )


def submit(
    village: ClaimVillage,
    rule_code: str,
    name: str,
    *,
    whole: bool = False,
    day: date = DAY,
    statement: str = "调解了两家的地界",
    photo: bytes | None = None,
    actor_id: int = 7,
    source: ClaimSource = ClaimSource.SELF,
) -> Claim:
    """Claim a rule for somebody, or for their whole household, in a committed transaction."""
    return run_in_transaction(
        lambda: service.submit_claim(
            village_id=village.village_id,
            rule_code=rule_code,
            household_id=village.household_of(name),
            member_id=None if whole else village.member(name),
            deed=Deed(day, statement, photo),
            source=source,
            actor_id=actor_id,
        )
    )


def decide(
    village: ClaimVillage,
    claim: Claim,
    by: int,
    decision: Decision = Decision.APPROVE,
    reason: str = "",
) -> Claim:
    """Decide at the claim's present round and step, in a committed transaction."""
    return run_in_transaction(
        lambda: service.decide_claim(
            village_id=village.village_id,
            claim_id=claim.id,
            round_number=claim.round,
            step=claim.step,
            decision=decision,
            reason=reason,
            actor_id=by,
        )
    )


KF91 = Rule(
    code="KF91",
    category="环境卫生",
    title="乱堆乱放不整改",
    kind=RuleKind.DEDUCT,
    points=Tenths(20),
    cap=Cap(Tenths(30), CapPeriod.MONTH, CapScope.HOUSEHOLD),
    evidence="整改通知",
    review="grid+panel",
)
"""Two points of standing, at most three a month and household."""


def adopt_deduction(village: ClaimVillage) -> None:
    """Have the village's rule book deduct too, and the fourth reviewer declared."""
    adopt_rules(village.village_id, [*read_rules(SAMPLE.read_bytes())[0], KF91])
    fourth = village.staff(Role.REVIEWER)
    run_in_transaction(lambda: tie(village, fourth))
    village.reviewers["评议员丁"] = fourth


def notify(village: ClaimVillage, name: str, *, days: int = 7) -> MendNotice:
    """A notice to mend to somebody's household, by the organiser."""
    return run_in_transaction(
        lambda: service.issue_mend_notice(
            village_id=village.village_id,
            rule_code="KF91",
            household_id=village.household_of(name),
            member_id=None,
            shortcoming=Shortcoming(DAY, "门口堆了建筑垃圾", days),
            actor_id=village.staff(Role.ORGANISER),
        )
    )


def open_deduction(village: ClaimVillage, notice: MendNotice) -> Claim:
    """What follows when nothing was mended, by the organiser."""
    return run_in_transaction(
        lambda: service.open_deduction(
            village_id=village.village_id,
            notice_id=notice.id,
            source=ClaimSource.OFFICE,
            actor_id=village.staff(Role.ORGANISER),
        )
    )


def deduct(village: ClaimVillage, notice: MendNotice) -> Claim:
    """The deduction, approved by the grid worker and two of the panel."""
    claim = open_deduction(village, notice)
    for by in (village.staff(Role.GRID_WORKER), *list(village.reviewers.values())[:2]):
        decide(village, claim, by)
    return claim
