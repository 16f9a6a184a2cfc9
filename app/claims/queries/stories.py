"""Claims with all that was done about them, as pages and the API tell it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.claims.domain.states import REVIEWED
from app.claims.models import Claim, ClaimDraw, ClaimEvent
from app.identity.queries import display_names
from app.rulebook.domain.awards import CutReason
from app.rulebook.domain.reviews import ReviewStep

from .claims import ClaimView, account_ids, cut_reason, draws, events, views, with_photo


@dataclass(frozen=True, slots=True)
class EventTold:
    """One line of the history; `review_step` is empty for what no reviewer did."""

    kind: str
    review_step: str
    text: str
    happened_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class DrawTold:
    """A draw with all that is needed to check it, see `domain.reviews.draw`."""

    seed: str
    candidates: dict[int, str]
    drawn: tuple[int, ...]
    reason: str
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class ClaimStory:
    """A claim from the deed to the award."""

    view: ClaimView
    events: tuple[EventTold, ...]
    draws: tuple[DrawTold, ...]
    has_photo: bool
    cut: CutReason | None

    @property
    def claim(self) -> Claim:
        return self.view.claim

    @property
    def waits_at(self) -> ReviewStep | None:
        """The step that somebody has to decide; None when the claim waits for nobody's review."""
        return self.view.present_step if self.claim.state in REVIEWED else None

    @property
    def question(self) -> str:
        """Why it was asked back or refused, in the words of who did so last."""
        said = [event.text for event in self.events if event.kind in ("asked_back", "refused")]
        return said[-1] if said else ""


def stories(village_id: int, found: Sequence[Claim]) -> list[ClaimStory]:
    """The claims with their histories, in their order."""
    ids = [each.id for each in found]
    done, drawn, photos = events(ids), draws(ids), with_photo(ids)
    names = display_names(
        [event.actor_id for each in done.values() for event in each]
        + [each for rows in drawn.values() for row in rows for each in account_ids(row.candidates)]
    )
    return [
        ClaimStory(
            view=view,
            events=tuple(_event(event, names) for event in done[view.claim.id]),
            draws=tuple(_draw(row, names) for row in drawn[view.claim.id]),
            has_photo=view.claim.id in photos,
            cut=cut_reason(view.claim, view.rule),
        )
        for view in views(village_id, found)
    ]


def story(village_id: int, found: Claim) -> ClaimStory:
    """One claim with its history."""
    return stories(village_id, [found])[0]


def _event(event: ClaimEvent, names: dict[int, str]) -> EventTold:
    return EventTold(
        event.kind, event.review_step, event.text, event.happened_at, names.get(event.actor_id, "")
    )


def _draw(row: ClaimDraw, names: dict[int, str]) -> DrawTold:
    return DrawTold(
        seed=row.seed,
        candidates={each: names.get(each, "") for each in account_ids(row.candidates)},
        drawn=account_ids(row.drawn),
        reason=row.reason,
        drawn_at=row.drawn_at,
    )
