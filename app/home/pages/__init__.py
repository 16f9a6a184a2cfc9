"""HTML pages, by who uses them."""

from . import desk, lists, passbooks, start, town, villager

HOME_PAGES = (desk.pages, lists.pages, passbooks.pages, start.pages, town.pages, villager.pages)
