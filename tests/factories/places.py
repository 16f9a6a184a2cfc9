"""A town with two villages, and somebody to sign in as for every role."""

from dataclasses import dataclass, field

from app.identity import service
from app.identity.domain import SYSTEM_ACTOR_ID, Role
from app.web.transaction import run_in_transaction

PASSWORD = "a long test password"
CLERK_PIN = "246813"

_PLACES = {"luxi": "露溪村", "shishan": "石山村"}


@dataclass
class Places:
    """Ids of what was made; `staff` maps (village code, role) to an account id."""

    town_id: int
    villages: dict[str, int] = field(default_factory=dict)
    staff: dict[tuple[str, Role], int] = field(default_factory=dict)

    @property
    def village_id(self) -> int:
        return self.villages["luxi"]

    @property
    def other_village_id(self) -> int:
        return self.villages["shishan"]

    def token(self, role: Role, village: str = "luxi") -> str:
        """A fresh session of the member of staff with this role."""
        key = ("town", role) if role is Role.HEAD_BANK else (village, role)
        account_id = self.staff[key]
        return run_in_transaction(
            lambda: service.start_session(subject=f"test:{account_id}", account_id=account_id)
        )


def make_places() -> Places:
    """Make it in one committed transaction; needs an application context."""
    return run_in_transaction(_make_places)


def _make_places() -> Places:
    town = service.add_town(code="qingshi", name="青石镇")
    places = Places(town_id=town.id)
    places.staff["town", Role.HEAD_BANK] = _add_staff(town.id, None, "town", Role.HEAD_BANK)
    for code, name in _PLACES.items():
        village = service.add_village(
            town_id=town.id,
            code=code,
            name=name,
            contact_name="村文书",
            contact_phone="0571-55550100",
            contact_place="村委会一楼",
        )
        places.villages[code] = village.id
        for role in Role:
            if role not in (Role.HEAD_BANK, Role.MEMBER):
                places.staff[code, role] = _add_staff(town.id, village.id, code, role)
    return places


def _add_staff(town_id: int, village_id: int | None, code: str, role: Role) -> int:
    account = service.add_staff(
        town_id=town_id,
        village_id=village_id,
        user_name=f"{code}-{role}",
        display_name=f"{code} {role}",
        password=PASSWORD,
        roles=frozenset({role}),
        actor_id=SYSTEM_ACTOR_ID,
        pin=CLERK_PIN if role is Role.CLERK else None,
    )
    return account.id
