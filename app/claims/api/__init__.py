"""JSON twins of the pages of claims."""

from . import office, own, reviews

CLAIM_APIS = (own.api, reviews.api, office.api)
