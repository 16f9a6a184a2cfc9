"""A village with one session, and browsers of everybody in it."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from app.activities.models import ActivitySession
from app.identity.domain import Role
from tests.factories.activities import Branch
from tests.factories.people import member_token
from tests.support.clients import ApiClient, PageClient


@dataclass
class Site:
    """The village `luxi`; `shishan` is the other one."""

    app: Flask
    branch: Branch
    session: ActivitySession

    def browser(self, role: Role, village: str = "luxi") -> PageClient:
        return PageClient(self.app, self.branch.places.token(role, village))

    def caller(self, role: Role, village: str = "luxi") -> ApiClient:
        return ApiClient(self.app, self.branch.places.token(role, village))

    def villager(self, name: str) -> PageClient:
        """The phone of a member of the village."""
        return PageClient(
            self.app, member_token(self.branch.village_id, self.branch.member(name), name)
        )

    def villager_caller(self, name: str) -> ApiClient:
        return ApiClient(
            self.app, member_token(self.branch.village_id, self.branch.member(name), name)
        )

    @property
    def desk(self) -> str:
        """The organiser's page of the session."""
        return f"/organiser/sessions/{self.session.id}"

    def member(self, name: str) -> str:
        """A member's id as forms send it."""
        return str(self.branch.member(name))


def fetch(browser: PageClient, path: str, form: dict[str, str]) -> dict[str, Any]:
    """Post as the scanning script does."""
    found = re.search(
        r'name="csrf_token" value="([^"]+)"', browser.get(path).get_data(as_text=True)
    )
    assert found
    response = browser.http.post(
        path,
        data={"csrf_token": found[1], **form},
        headers={"Accept": "application/json", "Idempotency-Key": uuid.uuid4().hex},
    )
    answer: dict[str, Any] = response.get_json()
    return answer


def main_of(response: TestResponse) -> str:
    """What the page says, without its frame, what was typed and one-time tokens."""
    found = re.search(r"<main.*</main>", response.get_data(as_text=True), re.DOTALL)
    assert found
    return re.sub(r'value="[^"]*"', "", found[0])
