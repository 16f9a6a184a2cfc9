"""What is computed from: what the register says, and what the month's ledger rows say."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team that completed the month's theme: its sessions, and each member with the household
    that receives the points.
    """

    id: int
    session_ids: tuple[int, ...]
    members: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """The village as it stood at the close; all are ids.

    `grids` has each grid's households, those without anybody left out; `home_of` the household of
    everybody whose score moved; `links` each party member's linked households.
    """

    grids: tuple[tuple[int, tuple[int, ...]], ...] = ()
    home_of: Mapping[int, int] = field(default_factory=dict)
    links: tuple[tuple[int, tuple[int, ...]], ...] = ()
    teams: tuple[TeamFacts, ...] = ()

    def text(self) -> str:
        """The form in which they are kept; the same facts give the same text."""
        document = {
            "grids": self.grids,
            "home_of": sorted(self.home_of.items()),
            "links": self.links,
            "teams": [(team.id, team.session_ids, team.members) for team in self.teams],
        }
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> "RegisterFacts":
        """Read what `text` wrote; ValueError or TypeError for anything else."""
        document = json.loads(text)
        if not isinstance(document, dict) or document.keys() != {*cls.__slots__}:
            raise ValueError("not the facts of a month")
        return cls(
            grids=tuple((grid, tuple(households)) for grid, households in document["grids"]),
            home_of=dict(document["home_of"]),
            links=tuple((member, tuple(households)) for member, households in document["links"]),
            teams=tuple(
                TeamFacts(team, tuple(sessions), tuple((who, home) for who, home in members))
                for team, sessions, members in document["teams"]
            ),
        )


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """The month's rows, without what a close itself posts.

    `standing` is the net score by owner, household or member, in tenths; `took_part` the
    households that were awarded points which the same month did not take back; `pool` what the
    bonus pool held.
    """

    standing: Mapping[int, int] = field(default_factory=dict)
    took_part: frozenset[int] = frozenset()
    pool: int = 0
