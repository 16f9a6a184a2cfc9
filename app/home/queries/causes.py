"""What the entries behind a passbook's lines were for, gathered from the features."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.activities import queries as activities
from app.expiry import queries as expiry
from app.people import queries as people
from app.rulebook import queries as rulebook
from app.rulebook.domain.awards import CutReason, RuleRef
from app.store import queries as store
from app.store.queries import ReceiptLine

if TYPE_CHECKING:
    from app.rulebook.models import Award


@dataclass(frozen=True, slots=True)
class Cause:
    """What an entry was for; only what applies to its kind is filled in.

    `life_kind` is why points followed people, `cut` why the rule's cap took something off;
    `taken_back_because` is set on a reversal's cause and on that of what was reversed.
    """

    member_name: str = ""
    rule: RuleRef | None = None
    activity_title: str = ""
    cut: CutReason | None = None
    receipt_number: str = ""
    goods: tuple[ReceiptLine, ...] = ()
    taken_back_because: str = ""
    life_kind: str = ""


NO_CAUSE = Cause()


def causes(village_id: int, entry_ids: Collection[int]) -> dict[int, Cause]:
    """The causes of those entries that are awards, redemptions, payments for activities,
    expired points or points that followed people.
    """
    return (
        _of_awards(village_id, entry_ids)
        | _of_signups(village_id, entry_ids)
        | _of_redemptions(village_id, entry_ids)
        | _of_expiry(village_id, entry_ids)
        | {
            entry_id: Cause(life_kind=event.kind)
            for entry_id, event in people.life_events_of_entries(entry_ids).items()
        }
    )


def wholly_cut(village_id: int, household_id: int, *, since: date) -> list[tuple[date, Cause]]:
    """Deeds that earned nothing because a cap was reached, newest first: no entry tells of them."""
    awards = [
        award
        for award in rulebook.awards(village_id, household_id=household_id, first_day=since)
        if award.entry_id is None
    ]
    days = [award.occurred_on for award in awards]
    return list(zip(days, _award_causes(village_id, awards), strict=True))


def _of_awards(village_id: int, entry_ids: Collection[int]) -> dict[int, Cause]:
    awards = rulebook.awards(village_id, entry_ids=entry_ids)
    return {
        award.entry_id: cause
        for award, cause in zip(awards, _award_causes(village_id, awards), strict=True)
        if award.entry_id is not None
    }


def _award_causes(village_id: int, awards: Sequence["Award"]) -> list[Cause]:
    rules = rulebook.rules_by_id(village_id, {award.rule_id for award in awards})
    names = _names(village_id, {award.member_id for award in awards if award.member_id})
    titles = activities.titles_of_sessions(village_id, {award.source_id for award in awards})
    reasons = rulebook.cut_reasons(village_id, awards)
    return [
        Cause(
            member_name=names.get(award.member_id or 0, ""),
            rule=rules[award.rule_id],
            activity_title=titles.get(award.source_id, ""),
            cut=reasons.get(award.id),
            taken_back_because=award.reversal_reason,
        )
        for award in awards
    ]


def _of_signups(village_id: int, entry_ids: Collection[int]) -> dict[int, Cause]:
    signups = activities.signups_of_entries(village_id, entry_ids)
    names = _names(village_id, {signup.member_id for signup in signups.values()})
    titles = activities.titles_of_sessions(
        village_id, {signup.session_id for signup in signups.values()}
    )
    return {
        entry_id: Cause(
            member_name=names[signup.member_id], activity_title=titles[signup.session_id]
        )
        for entry_id, signup in signups.items()
    }


def _of_redemptions(village_id: int, entry_ids: Collection[int]) -> dict[int, Cause]:
    return {
        entry_id: Cause(
            receipt_number=receipt.number,
            goods=receipt.lines,
            taken_back_because=receipt.redemption.void_reason or "",
        )
        for entry_id, receipt in store.receipts_by_entry(village_id, entry_ids).items()
    }


def _of_expiry(village_id: int, entry_ids: Collection[int]) -> dict[int, Cause]:
    return {
        entry_id: Cause(taken_back_because=line.reversal_reason)
        for entry_id, line in expiry.lines_of_entries(village_id, entry_ids).items()
    }


def _names(village_id: int, member_ids: Collection[int]) -> dict[int, str]:
    return {person.id: person.name for person in people.members(village_id, member_ids=member_ids)}
