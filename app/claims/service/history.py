"""The one place where claims are locked and their history is added to."""

from app.claims import queries
from app.claims.domain.states import EventKind
from app.claims.models import Claim, ClaimEvent
from app.extensions import db
from app.kit import clock
from app.kit.ids import new_id


def lock_claim(village_id: int, claim_id: int) -> Claim:
    """The claim as it is, nobody else's until the transaction ends; NotFound
    `claim_not_found`.
    """
    found = queries.claim(village_id, claim_id)
    db.session.refresh(found, with_for_update=True)
    return found


def add_event(
    claim: Claim, kind: EventKind, *, text: str, actor_id: int, review_step: str = ""
) -> None:
    """Write down who did what, in the claim's present round and step."""
    db.session.add(
        ClaimEvent(
            id=new_id(),
            claim_id=claim.id,
            kind=kind,
            round=claim.round,
            step=claim.step,
            review_step=review_step,
            text=text,
            actor_id=actor_id,
            happened_at=clock.now(),
        )
    )
    db.session.flush()
