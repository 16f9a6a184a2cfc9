"""Whose month the caller may look at."""

from app.identity import queries as places
from app.identity.access import principal
from app.kit.errors import NotFound


def village_of_own_town(village_code: str) -> int:
    """The id of a village of the head bank's town; NotFound `village_not_found`."""
    village = places.village_by_code(village_code)
    if village.town_id != principal().town_id:
        raise NotFound("village_not_found")
    return village.id
