"""HTML pages of activities, by who uses them."""

from . import branch, codes, denials, member, organiser, paperwork, release, town

ACTIVITY_PAGES = (
    branch.pages,
    codes.pages,
    denials.pages,
    member.pages,
    organiser.pages,
    paperwork.pages,
    release.pages,
    town.pages,
)
