"""JSON twins of the pages of activities, by who uses them."""

from . import branch, member, organiser

ACTIVITY_APIS = (branch.api, member.api, organiser.api)
