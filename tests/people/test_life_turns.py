"""The register's pages wait for a life event that concerns the same household."""

import threading
import time
from collections.abc import Callable
from functools import partial

from flask import Flask
from sqlalchemy import text

from app import create_app
from app.extensions import db
from app.identity.domain import Role
from app.kit import clock
from app.kit.errors import DomainError
from app.people import queries, service
from app.people.domain.households import MemberStatus
from app.people.domain.life import LifeDraft, LifeKind
from app.people.domain.persons import Person
from app.web.transaction import run_in_transaction
from tests.conftest import settings_for
from tests.factories.claims import ClaimVillage, make_claim_village

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


def _merger(village: ClaimVillage) -> Callable[[], object]:
    """王大山 merges into 陈桂兰's household: entered, and to be confirmed."""
    draft = LifeDraft(
        LifeKind.MERGE,
        village.household_of("王大山"),
        clock.today(),
        "户口本已变更",
        to_household_id=village.household_of("陈桂兰"),
    )
    enter = partial(service.enter_life_event, village_id=village.village_id, actor_id=7)
    event_id = run_in_transaction(lambda: enter(draft=draft).id)
    second = village.staff(Role.SUPERVISION)
    return lambda: service.confirm_life_event(
        event=queries.life_row(village.village_id, event_id), actor_id=second
    )


def _rivals(village: ClaimVillage) -> dict[str, Callable[[], object]]:
    """What the register's pages do to the two households meanwhile."""
    village_id, home = village.village_id, village.household_of("王大山")
    depart = partial(
        service.record_departure,
        village_id=village_id,
        status=MemberStatus.DIED,
        departed_on=clock.today(),
    )
    back = village.member("李秀英")
    run_in_transaction(partial(depart, member_id=back))
    comer = {"village_id": village_id, "member_id": village.member("赵小军")}
    return {
        "move": partial(service.move_member, household_id=home, relation="", **comer),
        "add": partial(
            service.add_member, village_id=village_id, household_id=home, person=Person("王小宝")
        ),
        "return": partial(service.record_return, village_id=village_id, member_id=back),
        "depart": partial(depart, member_id=village.member("陈桂兰")),
    }


def _do(app: Flask, work: Callable[[], object], name: str, told: dict[str, str]) -> None:
    with app.app_context():
        try:
            run_in_transaction(work)
        except DomainError as refusal:
            told[name] = refusal.code
        else:
            told[name] = "done"
        db.session.remove()


def test_who_changes_a_household_waits_for_its_life_event(postgres_url: str) -> None:
    """Each begins when the merger is carried out and not yet committed."""
    app = create_app(settings_for(postgres_url))
    with app.app_context():
        village = make_claim_village()
        confirm, told = _merger(village), dict[str, str]()
        threads = [
            threading.Thread(target=_do, args=(app, work, name, told))
            for name, work in _rivals(village).items()
        ]
        waited: list[bool] = []

        def confirm_while_others_start() -> None:
            confirm()
            for each in threads:
                each.start()
                while each.is_alive() and (db.session.scalar(_WAITING) or 0) <= sum(waited):
                    time.sleep(0.01)
                waited.append(each.is_alive())

        run_in_transaction(confirm_while_others_start)
        for each in threads:
            each.join()
        # 陈桂兰 is no longer alone, and who comes to the other household finds it closed.
        assert told == {
            "move": "done",
            "add": "done",
            "return": "done",
            "depart": "new_head_needed",
        }
        assert waited == [True] * 4
        assert {_status(village, name) for name in ("王大山", "陈桂兰")} == {"active"}
        db.session.remove()
        db.engine.dispose()


def _status(village: ClaimVillage, name: str) -> str:
    db.session.rollback()
    return queries.household(village.village_id, village.household_of(name)).status
