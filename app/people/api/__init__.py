"""JSON twins of the pages of people."""

from . import kin, life, links, own_links, register

PEOPLE_APIS = (register.api, links.api, own_links.api, kin.api, life.api)
