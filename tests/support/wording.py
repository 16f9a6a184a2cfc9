"""Pages as a reader reads them."""

import re

from tests.support.clients import PageClient


def words(client: PageClient, path: str) -> str:
    """The text of a page that opens, without tags."""
    response = client.get(path)
    assert response.status_code == 200
    return in_words(response.get_data(as_text=True))


def in_words(page: str) -> str:
    """Markup without its tags, with single blanks."""
    return " ".join(re.sub(r"<[^>]*>", " ", page).split())
