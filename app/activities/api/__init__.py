"""JSON twins of the pages of activities, by who uses them."""

from . import branch, denials, member, organiser, release

ACTIVITY_APIS = (branch.api, denials.api, member.api, organiser.api, release.api)
