"""From an uploaded file to a version: looked at first, saved once the adoption is written down."""

from datetime import date

from app.extensions import db
from app.kit import clock
from app.kit.errors import Invalid
from app.kit.ids import new_id
from app.rulebook import queries
from app.rulebook.domain.files import read_rule_book
from app.rulebook.domain.incentives import NO_INCENTIVES, IncentiveTerms
from app.rulebook.domain.rules import Adoption
from app.rulebook.models import RuleDraft, RuleVersion

from .versions import save_version

_FILE_NAME_LENGTH_MAX = 100


def upload_draft(*, village_id: int, file_name: str, content: bytes, actor_id: int) -> RuleDraft:
    """Keep an uploaded rule book for looking at; nothing counts yet.

    Raises Invalid with the codes of `kit.sheets` when there is nothing to look at.
    """
    read_rule_book(content)
    draft = RuleDraft(
        id=new_id(),
        village_id=village_id,
        file_name=file_name[-_FILE_NAME_LENGTH_MAX:],
        content=content,
        created_by=actor_id,
        created_at=clock.now(),
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def adopt_draft(
    *,
    village_id: int,
    draft_id: int,
    adoption: Adoption,
    starts_on: date,
    actor_id: int,
    incentives: IncentiveTerms = NO_INCENTIVES,
) -> RuleVersion:
    """Save an uploaded rule book as a version; a second time gives the version it became.

    Raises NotFound `rule_draft_not_found`, Invalid `rule_version_refused` when a line could not
    be read, and what `save_version` raises.
    """
    draft = queries.draft(village_id, draft_id)
    if draft.rule_version_id is not None:
        return queries.version(village_id, draft.rule_version_id)
    read = read_rule_book(draft.content)
    if read.refused:
        raise Invalid("rule_version_refused", count=len(read.refused))
    version = save_version(
        village_id=village_id,
        rules=read.rules,
        adoption=adoption,
        starts_on=starts_on,
        actor_id=actor_id,
        incentives=incentives,
    )
    draft.rule_version_id = version.id
    db.session.flush()
    return version
