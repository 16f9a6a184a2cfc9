"""How a village reviews its claims."""

from app.claims.domain.policy import Policy
from app.claims.models import ClaimPolicy
from app.extensions import db
from app.kit import clock
from app.kit.errors import Invalid


def set_policy(*, village_id: int, policy: Policy, actor_id: int) -> None:
    """Keep it; what is decided from now on follows it, and panels drawn already stay.

    Raises Invalid `panel_smaller_than_quorum`.
    """
    if policy.drawn and policy.drawn < policy.quorum:
        raise Invalid("panel_smaller_than_quorum", quorum=policy.quorum)
    row = db.session.get(ClaimPolicy, village_id)
    if row is None:
        row = ClaimPolicy(village_id=village_id)
        db.session.add(row)
    row.quorum, row.drawn, row.appeal_days = policy.quorum, policy.drawn, policy.appeal_days
    row.changed_at, row.changed_by = clock.now(), actor_id
    db.session.flush()
