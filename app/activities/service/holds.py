"""Points that a sign-up for a spending activity puts aside: held, given back, taken, refunded."""

from app.activities.domain.signups import HoldState
from app.activities.models import Activity, Signup
from app.kit import clock
from app.kit.errors import Conflict
from app.kit.points import Tenths
from app.ledger.domain.accounts import activity_income, household_held, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, TransferDraft
from app.ledger.queries import balance
from app.ledger.service import hold_accounts, post, reverse
from app.people import service as people


def hold_points(*, signup: Signup, activity: Activity, actor_id: int) -> None:
    """Put the price aside at a confirmed sign-up; an earning activity has none.

    Raises Conflict `insufficient_points` with the figures.
    """
    if not activity.spends:
        return
    spendable = household_spendable(signup.village_id, signup.household_id)
    hold_accounts(signup.village_id, [spendable])
    left = balance(spendable)
    if left < activity.points:
        raise Conflict("insufficient_points", needed_tenths=activity.points, balance_tenths=left)
    signup.held = activity.points
    signup.hold_entry_id = _post(signup, EntryKind.HOLD, actor_id)
    signup.hold_state = HoldState.HELD


def release_points(*, signup: Signup, actor_id: int) -> None:
    """Give back what is held."""
    if signup.hold_state == HoldState.HELD:
        signup.settling_entry_id = _post(signup, EntryKind.HOLD_RELEASE, actor_id)
        signup.hold_state = HoldState.RELEASED
        _pass_on(signup, actor_id)


def take_points(*, signup: Signup, actor_id: int) -> None:
    """Take what is held, because its household's member came."""
    if signup.hold_state == HoldState.HELD:
        signup.settling_entry_id = _post(signup, EntryKind.ACTIVITY_PAYMENT, actor_id)
        signup.hold_state = HoldState.PAID


def refund_points(*, signup: Signup, actor_id: int) -> None:
    """Undo a taking after the closing: reversed, then given back."""
    if signup.hold_state != HoldState.PAID or signup.settling_entry_id is None:
        return
    reverse(
        signup.settling_entry_id,
        village_id=signup.village_id,
        actor_id=actor_id,
        idempotency_key=f"signup:{signup.id}:reversal",
        occurred_on=clock.today(),
    )
    signup.refund_entry_id = _post(signup, EntryKind.HOLD_RELEASE, actor_id)
    signup.hold_state = HoldState.REFUNDED
    _pass_on(signup, actor_id)


def _pass_on(signup: Signup, actor_id: int) -> None:
    """What comes back to a household that has closed meanwhile belongs to whoever took it in."""
    people.pass_on(
        village_id=signup.village_id,
        household_ids=[signup.household_id],
        cause=f"signup:{signup.id}:{signup.hold_state}",
        actor_id=actor_id,
    )


def _post(signup: Signup, kind: EntryKind, actor_id: int) -> int:
    village_id, household_id = signup.village_id, signup.household_id
    spendable = household_spendable(village_id, household_id)
    held = household_held(village_id, household_id)
    debit, credit = {
        EntryKind.HOLD: (spendable, held),
        EntryKind.HOLD_RELEASE: (held, spendable),
        EntryKind.ACTIVITY_PAYMENT: (held, activity_income(village_id)),
    }[kind]
    refund = kind is EntryKind.HOLD_RELEASE and signup.hold_state == HoldState.PAID
    draft = EntryDraft(
        village_id=village_id,
        kind=kind,
        occurred_on=clock.today(),
        actor_id=actor_id,
        idempotency_key=f"signup:{signup.id}:{'refund' if refund else kind.value}",
        transfers=(TransferDraft(debit, credit, Tenths(signup.held)),),
    )
    return post([draft])[0].entry_id
