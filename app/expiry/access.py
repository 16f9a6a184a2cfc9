"""Who deals with expiry: the president asks, supervision confirms."""

from app.identity.domain import Role

STAFF = (Role.BRANCH_PRESIDENT, Role.SUPERVISION)
