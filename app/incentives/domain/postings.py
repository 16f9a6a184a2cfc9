"""What a month's results are in the books."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.kit.month import Month
from app.ledger.domain.accounts import (
    bonus_pool,
    household_pending,
    member_standing,
    score_source,
)
from app.ledger.domain.drafts import EntryKind, TransferDraft

from .computing import MonthResult

INCENTIVE_KINDS = frozenset({EntryKind.GRID_BONUS, EntryKind.TEAM_BONUS, EntryKind.LINKED_SCORE})
BONUS_KINDS = frozenset({EntryKind.GRID_BONUS, EntryKind.TEAM_BONUS})
"""Those that give points."""

# One account each and the pool's; posting takes at most 1,000 accounts at once.
RECEIVERS_PER_ENTRY = 400


@dataclass(frozen=True, slots=True)
class Posting:
    """One entry; `key` names it in its village for ever."""

    key: str
    kind: EntryKind
    transfers: tuple[TransferDraft, ...]


def postings(result: MonthResult, village_id: int, month: Month) -> list[Posting]:
    """The month's entries: one for each grid, team and party member with anything to move.

    Points come from the bonus pool. A linked score moves its term alone, for the member's own
    score is in the books already.
    """
    return [
        *_bonuses(
            village_id,
            f"incentive:{month}:grid",
            EntryKind.GRID_BONUS,
            [(grid.id, [each.id for each in grid.took_part], grid.bonus) for grid in result.grids],
        ),
        *_bonuses(
            village_id,
            f"incentive:{month}:team",
            EntryKind.TEAM_BONUS,
            [(team.id, [home for _, home in team.members], team.bonus) for team in result.teams],
        ),
        *_linked_scores(result, village_id, month),
    ]


def _bonuses(
    village_id: int, key: str, kind: EntryKind, groups: list[tuple[int, list[int], int]]
) -> Iterator[Posting]:
    for group_id, receivers, bonus in groups:
        for start in range(0, len(receivers) if bonus else 0, RECEIVERS_PER_ENTRY):
            yield Posting(
                f"{key}:{group_id}:{start}",
                kind,
                tuple(
                    TransferDraft(
                        bonus_pool(village_id), household_pending(village_id, each), bonus
                    )
                    for each in receivers[start : start + RECEIVERS_PER_ENTRY]
                ),
            )


def _linked_scores(result: MonthResult, village_id: int, month: Month) -> Iterator[Posting]:
    source = score_source(village_id)
    for score in result.linked:
        standing = member_standing(village_id, score.member_id)
        if score.term:
            debit, credit = (source, standing) if score.term > 0 else (standing, source)
            yield Posting(
                f"incentive:{month}:linked:{score.member_id}",
                EntryKind.LINKED_SCORE,
                (TransferDraft(debit, credit, abs(score.term)),),
            )
