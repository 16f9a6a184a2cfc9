"""HTML pages, by who uses them."""

from . import desk, passbooks, start, town, villager

HOME_PAGES = (desk.pages, passbooks.pages, start.pages, town.pages, villager.pages)
