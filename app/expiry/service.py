"""Announcing a policy, posting what it lets expire, giving a line back."""

from collections.abc import Sequence
from datetime import date

from app.expiry import queries
from app.expiry.domain import REASON_LENGTH_MAX, Lot, Terms, check_notice, check_terms
from app.expiry.models import ExpiryLine, ExpiryLot, ExpiryPolicy, ExpiryRun
from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Denied, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.text import clean_line
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import (
    POINT,
    Purpose,
    branch_budget,
    expired,
    household_spendable,
)
from app.ledger.domain.drafts import EntryDraft, EntryKind
from app.people import service as people
from app.rulebook.domain.lint import lint_adoption
from app.rulebook.domain.rules import Adoption

# One account each and the village's own; posting takes at most 1,000 accounts at once.
_HOUSEHOLDS_PER_BATCH = 400


def announce_policy(
    *, village_id: int, terms: Terms, acts_from: date, adoption: Adoption, actor_id: int
) -> ExpiryPolicy:
    """Announce today what will expire from a day on; announcing the newest again gives that one.

    Raises Invalid `expiry_terms_bad`, `expiry_months_bad`, `expiry_ceiling_bad`,
    `expiry_notice_short` (first_day), `adoption_in_future` or the lint's code for the adoption.
    """
    today = clock.today()
    check_terms(terms)
    for finding in lint_adoption(adoption):
        raise Invalid(finding.code)
    if adoption.meeting_on > today:
        raise Invalid("adoption_in_future")
    earlier = queries.policies(village_id)
    if earlier and _is_same(earlier[-1], terms, acts_from, adoption):
        return earlier[-1]
    check_notice(terms, acts_from, today)
    policy = ExpiryPolicy(
        id=new_id(),
        village_id=village_id,
        number=len(earlier) + 1,
        kind=terms.kind,
        months=terms.months,
        ceiling=terms.ceiling,
        announced_on=today,
        acts_from=acts_from,
        meeting_on=adoption.meeting_on,
        meeting_kind=adoption.meeting_kind,
        present=adoption.present,
        votes_for=adoption.votes_for,
        votes_against=adoption.votes_against,
        record_number=adoption.record_number,
        announced_by=actor_id,
        announced_at=clock.now(),
    )
    db.session.add(policy)
    db.session.flush()
    return policy


def _is_same(found: ExpiryPolicy, terms: Terms, acts_from: date, adoption: Adoption) -> bool:
    return (found.terms, found.acts_from, found.meeting_on, found.record_number) == (
        terms, acts_from, adoption.meeting_on, adoption.record_number,
    )  # fmt: skip


def ask_expiry(*, village_id: int, on: date, actor_id: int) -> ExpiryRun:
    """Ask for a due acting day to be posted, which somebody else has to confirm.

    Asking again gives what was asked first. Raises Conflict `expiry_not_due`.
    """
    run = next((each for each in queries.runs(village_id) if each.acts_on == on), None)
    if run is not None:
        return run
    run = ExpiryRun(
        id=new_id(),
        village_id=village_id,
        policy_id=_due_policy(village_id, on).id,
        acts_on=on,
        asked_by=actor_id,
        asked_at=clock.now(),
    )
    db.session.add(run)
    db.session.flush()
    return run


def confirm_expiry(*, village_id: int, run_id: int, actor_id: int) -> ExpiryRun:
    """Post what expires, all of it in this transaction; a second time changes nothing.

    What was used until now is gone from the points that expire. Raises NotFound
    `expiry_run_not_found`, Denied `expiry_same_person`, Conflict `expiry_not_due` when a later
    day or another policy has come since it was asked for.
    """
    run = db.session.get(ExpiryRun, run_id, with_for_update=True, populate_existing=True)
    if run is None or run.village_id != village_id:
        raise NotFound("expiry_run_not_found")
    if run.posted_at is not None:
        return run
    if run.asked_by == actor_id:
        raise Denied("expiry_same_person")
    policy = _due_policy(village_id, run.acts_on)
    if policy.id != run.policy_id:
        raise Conflict("expiry_not_due")
    found = queries.expiring(village_id, policy.terms, run.acts_on, _hold(village_id))
    everybody = list(found.items())
    for start in range(0, len(everybody), _HOUSEHOLDS_PER_BATCH):
        _post(run, everybody[start : start + _HOUSEHOLDS_PER_BATCH], actor_id)
    run.confirmed_by = actor_id
    run.posted_at = clock.now()
    db.session.flush()
    return run


def _due_policy(village_id: int, on: date) -> ExpiryPolicy:
    due = queries.due(village_id, clock.today())
    if due is None or due[1] != on:
        raise Conflict("expiry_not_due")
    return due[0]


def _hold(village_id: int) -> dict[int, int]:
    """What each household has to spend; until the transaction ends nobody spends of it.

    Who awards, settles or takes an award back waits at the branch budget's row, as they do for
    each other, so that no points become old or are taken back under our eyes.
    """
    known = books.balances_of_purpose(village_id, Purpose.SPENDABLE, POINT)
    accounts = {owner_id: household_spendable(village_id, owner_id) for owner_id, _ in known}
    own = {branch_budget(village_id), expired(village_id)}
    held = ledger.hold_accounts(village_id, own | set(accounts.values()))
    balances = {owner_id: held.balance(account) for owner_id, account in accounts.items()}
    return {owner_id: balance for owner_id, balance in balances.items() if balance}


def _post(run: ExpiryRun, found: Sequence[tuple[int, Sequence[Lot]]], actor_id: int) -> None:
    amounts = [sum(lot.amount for lot in lots) for _, lots in found]
    drafts = [
        EntryDraft(
            village_id=run.village_id,
            kind=EntryKind.EXPIRY,
            occurred_on=clock.today(),
            actor_id=actor_id,
            idempotency_key=f"expiry:{run.acts_on}:{household_id}",
            transfers=queries.transfers_of(run.village_id, household_id, amount),
        )
        for (household_id, _), amount in zip(found, amounts, strict=True)
    ]
    for (household_id, lots), amount, posted in zip(
        found, amounts, ledger.post(drafts), strict=True
    ):
        line = ExpiryLine(
            id=new_id(),
            village_id=run.village_id,
            run_id=run.id,
            household_id=household_id,
            amount=amount,
            entry_id=posted.entry_id,
            reversal_reason="",
        )
        db.session.add(line)
        db.session.flush()
        db.session.add_all(
            ExpiryLot(
                line_id=line.id,
                earned_entry_id=lot.entry_id,
                earned_on=lot.earned_on,
                amount=lot.amount,
            )
            for lot in lots
        )


def give_back(*, village_id: int, line_id: int, reason: str, actor_id: int) -> ExpiryLine:
    """Reverse what expired for one household; its points are as old as they were.

    Raises NotFound `expiry_line_not_found`, Conflict `already_reversed`.
    """
    queries.line(village_id, line_id)
    line = db.session.get_one(ExpiryLine, line_id, with_for_update=True, populate_existing=True)
    if line.reversal_entry_id is not None:
        raise Conflict("already_reversed")
    line.reversal_reason = clean_line(reason, length_max=REASON_LENGTH_MAX, field="原因")
    line.reversal_entry_id = ledger.reverse(
        line.entry_id,
        village_id=village_id,
        actor_id=actor_id,
        idempotency_key=f"expiry-line:{line.id}:reversal",
        occurred_on=clock.today(),
    ).entry_id
    people.pass_on(
        village_id=village_id,
        household_ids=[line.household_id],
        cause=f"expiry-line:{line.id}",
        actor_id=actor_id,
    )
    line.reversed_by = actor_id
    db.session.flush()
    return line
