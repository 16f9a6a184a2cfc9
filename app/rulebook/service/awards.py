"""Awarding points within the caps, in the same transaction that posts them."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.kit.points import Tenths
from app.ledger import queries as books
from app.ledger import service as ledger
from app.ledger.domain.accounts import household_pending, household_spendable
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted, TransferDraft
from app.rulebook import queries
from app.rulebook.domain.awards import AwardOutcome, AwardRequest, RuleRef, award_transfers
from app.rulebook.domain.caps import CapCounters, CapKey, Grant, cap_key
from app.rulebook.domain.rules import Cap, CapPeriod, CapScope, RuleKind
from app.rulebook.models import Award

_ENTRY_KINDS = {RuleKind.EARN: EntryKind.AWARD, RuleKind.BONUS: EntryKind.BONUS}
# An award under a rule without a cap still names a counter, one that is never read.
_NO_CAP = Cap(Tenths(0), CapPeriod.EVENT, CapScope.MEMBER)


def award(requests: Sequence[AwardRequest]) -> list[AwardOutcome]:
    """Award what the caps allow, all requests in one batch of one village.

    The same key gives the same outcome again. A request that the cap leaves nothing of is kept
    without an entry, so that it can be explained. Raises NotFound `rule_not_found`, Invalid
    `rule_awards_nothing`, Conflict `idempotency_mismatch`, and what `ledger.post` raises, such
    as `insufficient_balance` of the pool.
    """
    if not requests:
        return []
    village_id = requests[0].village_id
    rules = queries.rules_by_id(village_id, {request.rule_id for request in requests})
    for request in requests:
        _check(request, rules.get(request.rule_id))
    # The households' rows are locked before anything is read, so that no other award to them
    # comes between reading how much of a cap is used and posting.
    ledger.hold_accounts(
        village_id,
        {household_pending(village_id, request.household_id) for request in requests}
        | {request.from_account for request in requests},
    )
    outcomes = _earlier_outcomes(village_id, requests)
    fresh = list(
        {r.idempotency_key: r for r in requests if r.idempotency_key not in outcomes}.values()
    )
    keys = {request.idempotency_key: _key(request, rules) for request in fresh}
    counters = CapCounters(queries.cap_usage(village_id, set(keys.values())))
    grants = {
        request.idempotency_key: counters.grant(
            request.points_asked, rules[request.rule_id].cap, keys[request.idempotency_key]
        )
        for request in fresh
    }
    posted = _post(fresh, rules, grants)
    rows = [
        _row(
            request,
            rules[request.rule_id],
            keys[request.idempotency_key],
            grants[request.idempotency_key],
            posted.get(request.idempotency_key),
        )
        for request in fresh
    ]
    if rows:
        db.session.execute(insert(Award), rows)
        outcomes |= {str(row["idempotency_key"]): _outcome(Award(**row)) for row in rows}
    return [outcomes[request.idempotency_key] for request in requests]


def reverse_award(
    *, award_id: int, village_id: int, actor_id: int, reason: str, idempotency_key: str
) -> int:
    """Take an award back in the open month; returns the id of the reversal.

    Points whose notice was settled come back from the spendable account first, in the same
    posting. Raises NotFound `award_not_found`, Conflict `award_without_points`,
    `already_reversed` or `insufficient_points` (balance_tenths, needed_tenths).
    """
    row = db.session.get(Award, award_id, with_for_update=True)
    if row is None or row.village_id != village_id:
        raise NotFound("award_not_found")
    if row.entry_id is None:
        raise Conflict("award_without_points")
    if row.reversal_entry_id is not None:
        if books.entry_by_key(village_id, idempotency_key) == row.reversal_entry_id:
            return row.reversal_entry_id
        raise Conflict("already_reversed")
    drafts = _reversal_drafts(row, row.entry_id, actor_id, idempotency_key)
    try:
        posted = ledger.post(drafts)[-1]
    except Conflict as refusal:
        if refusal.code == "insufficient_balance":
            raise Conflict(
                "insufficient_points",
                balance_tenths=refusal.facts["balance"],
                needed_tenths=refusal.facts["needed"],
            ) from refusal
        raise
    row.reversal_entry_id = posted.entry_id
    row.reversal_reason = reason
    db.session.flush()
    return posted.entry_id


def _reversal_drafts(
    row: Award, entry_id: int, actor_id: int, idempotency_key: str
) -> list[EntryDraft]:
    """The reversal, and before it what brings settled points back to where they were awarded."""
    today = clock.today()
    reversal = ledger.reversal_draft(
        entry_id,
        village_id=row.village_id,
        actor_id=actor_id,
        idempotency_key=idempotency_key,
        occurred_on=today,
    )
    if not books.is_settled(row.village_id, entry_id):
        return [reversal]
    pending = household_pending(row.village_id, row.household_id)
    spendable = household_spendable(row.village_id, row.household_id)
    back = EntryDraft(
        village_id=row.village_id,
        kind=EntryKind.SETTLE_RETURN,
        occurred_on=today,
        actor_id=actor_id,
        idempotency_key=f"{idempotency_key}:return",
        transfers=(TransferDraft(spendable, pending, row.granted),),
    )
    return [back, reversal]


def _check(request: AwardRequest, rule: RuleRef | None) -> None:
    if rule is None:
        raise NotFound("rule_not_found")
    if RuleKind(rule.kind) not in _ENTRY_KINDS or request.points_asked <= 0:
        raise Invalid("rule_awards_nothing", rule_code=rule.code)


def _earlier_outcomes(village_id: int, requests: Sequence[AwardRequest]) -> dict[str, AwardOutcome]:
    by_key: dict[str, AwardRequest] = {}
    for request in requests:
        if by_key.setdefault(request.idempotency_key, request) != request:
            raise Conflict("idempotency_mismatch")
    rows = db.session.scalars(
        select(Award).where(Award.village_id == village_id, Award.idempotency_key.in_(list(by_key)))
    )
    outcomes: dict[str, AwardOutcome] = {}
    for row in rows:
        wish = by_key[row.idempotency_key]
        if (row.rule_id, row.member_id, row.household_id, row.asked, row.occurred_on) != (
            wish.rule_id, wish.member_id, wish.household_id, wish.points_asked, wish.occurred_on,
        ):  # fmt: skip
            raise Conflict("idempotency_mismatch")
        outcomes[row.idempotency_key] = _outcome(row)
    return outcomes


def _key(request: AwardRequest, rules: dict[int, RuleRef]) -> CapKey:
    rule = rules[request.rule_id]
    return cap_key(
        rule.cap or _NO_CAP,
        rule_code=rule.code,
        member_id=request.member_id,
        household_id=request.household_id,
        occurred_on=request.occurred_on,
        source=f"{request.source_kind}:{request.source_id}",
    )


def _post(
    requests: Sequence[AwardRequest], rules: dict[int, RuleRef], grants: dict[str, Grant]
) -> dict[str, Posted]:
    granted = [request for request in requests if grants[request.idempotency_key].granted > 0]
    drafts = [
        EntryDraft(
            village_id=request.village_id,
            kind=_ENTRY_KINDS[RuleKind(rules[request.rule_id].kind)],
            occurred_on=request.occurred_on,
            actor_id=request.actor_id,
            idempotency_key=f"award:{request.idempotency_key}",
            transfers=award_transfers(
                village_id=request.village_id,
                household_id=request.household_id,
                member_id=request.member_id,
                from_account=request.from_account,
                granted=grants[request.idempotency_key].granted,
            ),
            rule_version_id=rules[request.rule_id].rule_version_id,
            memo=request.memo,
        )
        for request in granted
    ]
    return {
        request.idempotency_key: posted
        for request, posted in zip(granted, ledger.post(drafts), strict=True)
    }


def _row(
    request: AwardRequest, rule: RuleRef, key: CapKey, grant: Grant, posted: Posted | None
) -> dict[str, object]:
    return {
        "id": new_id(),
        "village_id": request.village_id,
        "rule_version_id": rule.rule_version_id,
        "rule_id": rule.id,
        "member_id": request.member_id,
        "household_id": request.household_id,
        "occurred_on": request.occurred_on,
        "asked": request.points_asked,
        "granted": grant.granted,
        "cap_counted": key.counted,
        "cap_scope": key.scope,
        "cap_owner_id": key.owner_id,
        "cap_window": key.window,
        "cap_used_before": grant.used_before,
        "cap_points_max": rule.cap and rule.cap.points_max,
        "from_owner_kind": request.from_account.owner_kind,
        "from_owner_id": request.from_account.owner_id,
        "from_purpose": request.from_account.purpose,
        "source_kind": request.source_kind,
        "source_id": request.source_id,
        "idempotency_key": request.idempotency_key,
        "entry_id": posted and posted.entry_id,
        "actor_id": request.actor_id,
        "created_at": clock.now(),
        "reversal_entry_id": None,
        "reversal_reason": "",
    }


def _outcome(row: Award) -> AwardOutcome:
    return AwardOutcome(
        award_id=row.id,
        asked=Tenths(row.asked),
        granted=Tenths(row.granted),
        used_before=Tenths(row.cap_used_before),
        cap_points_max=None if row.cap_points_max is None else Tenths(row.cap_points_max),
        entry_id=row.entry_id,
    )
