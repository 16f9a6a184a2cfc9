"""Pages of the register: households, imports, cards, links, teams; and the villagers' sign-in."""

from .cards import pages as card_pages
from .households import pages as household_pages
from .imports import pages as import_pages
from .kin import pages as kin_pages
from .life import pages as life_pages
from .links import pages as link_pages
from .members import pages as member_pages
from .own_links import pages as own_link_pages
from .sign_in import pages as sign_in_pages
from .teams import pages as team_pages

PEOPLE_PAGES = (
    household_pages,
    member_pages,
    import_pages,
    card_pages,
    kin_pages,
    life_pages,
    link_pages,
    team_pages,
    own_link_pages,
    sign_in_pages,
)
