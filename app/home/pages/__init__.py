"""HTML pages, by who uses them."""

from . import desk, start, town, villager

HOME_PAGES = (desk.pages, start.pages, town.pages, villager.pages)
