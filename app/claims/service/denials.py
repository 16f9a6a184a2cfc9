"""A household says "not ours" to a credit from a claim or a round; the office takes it back, or
answers.
"""

from app.claims import queries
from app.claims.domain.denials import DENIABLE_SOURCES, DenialDecision
from app.claims.domain.states import STATEMENT_LENGTH_MAX
from app.claims.models import AwardDenial
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.rulebook import queries as rulebook
from app.rulebook import service as awards


def deny_award(
    *, village_id: int, household_id: int, award_id: int, statement: str, actor_id: int
) -> AwardDenial:
    """Say that an award is not the household's own; again changes nothing.

    Raises NotFound `award_not_found` for awards of others, Conflict `award_not_deniable` when it
    comes from neither claim nor round, or gave nothing, or was taken back already.
    """
    award = rulebook.award(village_id, award_id)
    if award.household_id != household_id:
        raise NotFound("award_not_found")
    earlier = queries.denial_of_award(award_id)
    if earlier is not None:
        return earlier
    nothing_left = award.entry_id is None or award.reversal_entry_id is not None
    if award.source_kind not in DENIABLE_SOURCES or nothing_left:
        raise Conflict("award_not_deniable")
    denial = AwardDenial(
        id=new_id(),
        village_id=village_id,
        award_id=award_id,
        statement=clean_line(statement, length_max=STATEMENT_LENGTH_MAX, field="说明"),
        denied_at=clock.now(),
        denied_by=actor_id,
        answer="",
    )
    db.session.add(denial)
    db.session.flush()
    return denial


def decide_denial(
    *, village_id: int, denial_id: int, decision: DenialDecision, answer: str, actor_id: int
) -> AwardDenial:
    """Answer a denial; upheld, the award is reversed in the open month.

    Raises NotFound `denial_not_found`, Conflict `denial_decided`, and what
    `rulebook.reverse_award` raises.
    """
    denial = queries.denial(village_id, denial_id)
    db.session.refresh(denial, with_for_update=True)
    if denial.decided_at is not None:
        raise Conflict("denial_decided")
    denial.answer = clean_line(answer, length_max=STATEMENT_LENGTH_MAX, field="答复")
    denial.decision = decision
    denial.decided_at, denial.decided_by = clock.now(), actor_id
    if decision is DenialDecision.UPHELD:
        award = rulebook.award(village_id, denial.award_id)
        # Somebody may have taken it back since, after an objection say.
        denial.reversal_entry_id = award.reversal_entry_id or awards.reverse_award(
            award_id=award.id,
            village_id=village_id,
            actor_id=actor_id,
            reason="本户说不是自己的",
            idempotency_key=f"award-denial:{denial.id}",
        )
    db.session.flush()
    return denial
