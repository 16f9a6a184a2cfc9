"""Awarding points within the caps, in the same transaction that posts them."""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import insert, select

from app.extensions import db
from app.kit import clock
from app.kit.errors import Conflict, Invalid, NotFound
from app.kit.ids import new_id
from app.ledger import service as ledger
from app.ledger.domain.accounts import Address, branch_budget
from app.ledger.domain.drafts import EntryDraft, EntryKind, Posted
from app.rulebook import queries
from app.rulebook.domain.awards import (
    AwardOutcome,
    AwardRequest,
    RuleRef,
    award_transfers,
    credited_account,
    deed_of,
)
from app.rulebook.domain.caps import CapCounters, Grant
from app.rulebook.domain.rules import RuleKind
from app.rulebook.models import Award

_ENTRY_KINDS = {RuleKind.EARN: EntryKind.AWARD, RuleKind.BONUS: EntryKind.BONUS}

Grants = Mapping[str, Grant]
"""By the idempotency key of the request."""


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
    hold_awards(
        village_id,
        {
            credited_account(village_id, request.household_id, at_once=request.at_once)
            for request in requests
        }
        | {request.from_account for request in requests},
    )
    outcomes = _earlier_outcomes(village_id, requests)
    fresh = list(
        {r.idempotency_key: r for r in requests if r.idempotency_key not in outcomes}.values()
    )
    if fresh:
        grants = _decide(fresh, rules)
        posted = _post(fresh, rules, grants)
        rows = [_row(request, rules, grants, posted) for request in fresh]
        db.session.execute(insert(Award), rows)
        for row in rows:
            made = Award(**row)
            outcomes[made.idempotency_key] = queries.outcome_of(made, rules[made.rule_id])
    return [outcomes[request.idempotency_key] for request in requests]


def hold_awards(village_id: int, accounts: Iterable[Address] = ()) -> None:
    """Until the transaction ends nobody else awards, reverses an award or settles in the village.

    They take turns at the branch budget's row, so that nothing comes between reading what was
    awarded and posting. The households' rows would not do: somebody who moved counts in two of
    them. The `accounts` that will be posted to are locked along, in the order posting locks them.
    """
    ledger.hold_accounts(village_id, {branch_budget(village_id), *accounts})


def _check(request: AwardRequest, rule: RuleRef | None) -> None:
    if rule is None:
        raise NotFound("rule_not_found")
    if rule.kind not in _ENTRY_KINDS or request.points_asked <= 0:
        raise Invalid("rule_awards_nothing", rule_code=rule.code)


def _earlier_outcomes(village_id: int, requests: Sequence[AwardRequest]) -> dict[str, AwardOutcome]:
    by_key: dict[str, AwardRequest] = {}
    for request in requests:
        if by_key.setdefault(request.idempotency_key, request) != request:
            raise Conflict("idempotency_mismatch")
    rows = db.session.scalars(
        select(Award).where(Award.village_id == village_id, Award.idempotency_key.in_(list(by_key)))
    ).all()
    for row in rows:
        wish = by_key[row.idempotency_key]
        if (row.rule_id, row.member_id, row.household_id, row.asked, row.occurred_on) != (
            wish.rule_id, wish.member_id, wish.household_id, wish.points_asked, wish.occurred_on,
        ):  # fmt: skip
            raise Conflict("idempotency_mismatch")
    rules = queries.rules_by_id(village_id, {row.rule_id for row in rows})
    return {row.idempotency_key: queries.outcome_of(row, rules[row.rule_id]) for row in rows}


def _decide(requests: Sequence[AwardRequest], rules: Mapping[int, RuleRef]) -> Grants:
    """What each request is granted, in their order; those before count for those after."""
    wishes = [(request, rules[request.rule_id]) for request in requests]
    deeds = [(deed_of(request, rule), rule.cap) for request, rule in wishes]
    counters = CapCounters(queries.awarded_before(requests[0].village_id, deeds))
    return {
        request.idempotency_key: counters.grant(request.points_asked, cap, deed)
        for request, (deed, cap) in zip(requests, deeds, strict=True)
    }


def _post(
    requests: Sequence[AwardRequest], rules: Mapping[int, RuleRef], grants: Grants
) -> dict[str, Posted]:
    granted = [request for request in requests if grants[request.idempotency_key].granted > 0]
    drafts = [
        EntryDraft(
            village_id=request.village_id,
            kind=_ENTRY_KINDS[rules[request.rule_id].kind],
            occurred_on=request.occurred_on,
            actor_id=request.actor_id,
            idempotency_key=f"award:{request.idempotency_key}",
            transfers=award_transfers(
                village_id=request.village_id,
                household_id=request.household_id,
                member_id=request.member_id,
                from_account=request.from_account,
                granted=grants[request.idempotency_key].granted,
                at_once=request.at_once,
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
    request: AwardRequest,
    rules: Mapping[int, RuleRef],
    grants: Grants,
    posted: Mapping[str, Posted],
) -> dict[str, object]:
    rule = rules[request.rule_id]
    deed = deed_of(request, rule)
    grant = grants[request.idempotency_key]
    entry = posted.get(request.idempotency_key)
    return {
        "id": new_id(),
        "village_id": request.village_id,
        "rule_version_id": rule.rule_version_id,
        "rule_id": rule.id,
        "rule_code": deed.rule_code,
        "cap_group": deed.cap_group,
        "member_id": request.member_id,
        "household_id": request.household_id,
        "occurred_on": request.occurred_on,
        "asked": request.points_asked,
        "granted": grant.granted,
        "cap_used_before": grant.used_before,
        "from_owner_kind": request.from_account.owner_kind,
        "from_owner_id": request.from_account.owner_id,
        "from_purpose": request.from_account.purpose,
        "source_kind": request.source_kind,
        "source_id": request.source_id,
        "idempotency_key": request.idempotency_key,
        "entry_id": entry and entry.entry_id,
        "actor_id": request.actor_id,
        "created_at": clock.now(),
        "reversal_reason": "",
        "at_once": request.at_once,
    }
