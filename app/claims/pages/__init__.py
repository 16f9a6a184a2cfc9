"""Pages of claims: the villager's, the reviewers', the office's."""

from .denials import pages as denial_pages
from .inspections import pages as inspection_pages
from .mending import pages as mending_pages
from .office import pages as office_pages
from .own import pages as own_pages
from .reviews import pages as review_pages

CLAIM_PAGES = (
    own_pages,
    review_pages,
    office_pages,
    mending_pages,
    inspection_pages,
    denial_pages,
)
