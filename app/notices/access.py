"""Who may take proofs of a household's line away."""

from app.identity import access
from app.identity.domain import Role
from app.kit.errors import NotFound
from app.people import queries as people

from . import queries
from .models import Notice
from .queries import HouseholdProof

PROVING_ROLES = (Role.MEMBER, Role.BRANCH_PRESIDENT, Role.SUPERVISION)
_OFFICE = frozenset({Role.BRANCH_PRESIDENT, Role.SUPERVISION})


def may_prove(notice: Notice, passbook_number: str) -> bool:
    """Whether the caller is of the household, or of the office or supervision of its village.

    Nobody else: beside its own record a proof shows the hash of the next one, and a small number
    behind a hash, such as another household's score, is found by trying.
    """
    caller = access.maybe_principal()
    if caller is None or caller.village_id != notice.village_id:
        return False
    if caller.roles & _OFFICE:
        return True
    if caller.member_id is None:
        return False
    own = people.household(
        notice.village_id, people.member(notice.village_id, caller.member_id).household_id
    )
    return own.id == queries.household_on_notice(notice, passbook_number)


def proof_for_caller(notice: Notice, passbook_number: str) -> HouseholdProof:
    """The proof of a household's line; NotFound `household_not_on_notice` where it is not the
    caller's to take away, and what `queries.household_proof` raises.
    """
    if not may_prove(notice, passbook_number):
        raise NotFound("household_not_on_notice")
    return queries.household_proof(notice, passbook_number)
