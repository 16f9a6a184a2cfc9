"""JSON twins of the pages of claims."""

from . import denials, inspections, mending, office, own, reviews

CLAIM_APIS = (own.api, reviews.api, office.api, mending.api, inspections.api, denials.api)
