"""JSON twins of the pages of people."""

from . import links, own_links, register

PEOPLE_APIS = (register.api, links.api, own_links.api)
