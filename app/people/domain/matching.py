"""Who of the register is whom in the books.

Without ID numbers a person is told by household and name; somebody who is no longer in the
household by name, month of birth and gender. Where that does not decide, a human does.
"""

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from .households import MemberStatus
from .persons import Person
from .plan import KnownMember, Snapshot
from .register import Register, RegisterRow
from .remarks import Code, Remark, Severity

_Listed = KnownMember | RegisterRow
_Key = Callable[[_Listed], Hashable | None]
_Pairs = list[tuple[KnownMember, RegisterRow]]
_T = TypeVar("_T", bound=_Listed)


class Matching:
    """Pairs rows with members step by step; what a step leaves over goes to the next.

    `added` are the rows of people nobody knew, `gone` the members whom the register no longer
    lists. Whoever a refused or unclear line may speak of is in neither.
    """

    def __init__(self, snapshot: Snapshot, register: Register) -> None:
        self.same: _Pairs = []
        self.moved: _Pairs = []
        self.returned: _Pairs = []
        self.unclear: list[Remark] = []
        self._rows = {(row.sheet, row.line): row for row in register.rows}
        active = MemberStatus.ACTIVE
        self._present = {m.member_id: m for m in snapshot.members if m.status is active}
        self._left = {m.member_id: m for m in snapshot.members if m.status is not active}
        self._match_household_and_name()
        self._withhold_refused(register)
        self._match_identity()
        self._match_corrected_names()
        self._withhold_namesakes()
        self._match_those_who_left()
        self._withhold_headless({household.passbook_no for household in snapshot.households})

    @property
    def headed(self) -> set[str]:
        """The households whose head, as the register has it, is taken."""
        return {row.passbook_no for row in self.placed if row.is_head}

    @property
    def placed(self) -> list[RegisterRow]:
        """The rows that are taken: people who are known, or new beyond doubt."""
        return [row for _, row in self.same + self.moved + self.returned] + self.added

    @property
    def added(self) -> list[RegisterRow]:
        return list(self._rows.values())

    @property
    def gone(self) -> list[KnownMember]:
        return list(self._present.values())

    def _match_household_and_name(self) -> None:
        for rows, members in self._groups(_household_and_name, self._present):
            self._pair(self.same, members[0], rows[0])

    def _withhold_refused(self, register: Register) -> None:
        refused = {
            (remark.passbook_no, remark.name)
            for remark in register.remarks
            if remark.severity is Severity.REFUSED and (remark.passbook_no or remark.name)
        }
        for member in self.gone:
            number, name = member.passbook_no, member.person.name
            if refused & {(number, name), (number, ""), ("", name)}:
                del self._present[member.member_id]

    def _match_identity(self) -> None:
        """Somebody in another household now; unclear when several people could be meant."""
        for rows, members in self._groups(_identity, self._present):
            if len(rows) == len(members) == 1:
                self._pair(self.moved, members[0], rows[0])
            else:
                self._leave_to_human(rows, members)

    def _match_corrected_names(self) -> None:
        """Alone in the household with that month of birth, gender and relation: a name that was
        written differently before.
        """
        for rows, members in self._groups(_place_in_household, self._present):
            if len(rows) == len(members) == 1:
                self._pair(self.same, members[0], rows[0])

    def _withhold_namesakes(self) -> None:
        """The same name elsewhere, and too little known to tell whether it is the same person."""
        for rows, members in self._groups(lambda listed: listed.person.name, self._present):
            possible = [m for m in members if any(_may_be(m.person, r.person) for r in rows)]
            if possible:
                doubtful = [r for r in rows if any(_may_be(m.person, r.person) for m in possible)]
                self._leave_to_human(doubtful, possible)

    def _match_those_who_left(self) -> None:
        """Somebody who moved away and is listed again is back; the dead stay dead."""
        for key in (_household_and_name, _identity):
            for rows, members in self._groups(key, self._left):
                possible = [m for m in members if any(_may_be(m.person, r.person) for r in rows)]
                if any(member.status is MemberStatus.DIED for member in possible):
                    self._leave_rows(rows, Code.DIED)
                elif len(possible) == len(rows) == 1:
                    self._pair(self.returned, possible[0], rows[0])
                elif possible:
                    self._leave_to_human(rows, possible)

    def _withhold_headless(self, known_numbers: set[str]) -> None:
        """A new household does not come in before its head does."""
        standing = known_numbers | self.headed
        waiting = [row for row in self.added if row.passbook_no not in standing]
        for pairs in (self.moved, self.returned):
            waiting += [row for _, row in pairs if row.passbook_no not in standing]
            pairs[:] = [pair for pair in pairs if pair[1].passbook_no in standing]
        self._leave_rows(waiting, Code.HEAD_UNCLEAR)

    def _groups(
        self, key: _Key, members: dict[int, KnownMember]
    ) -> list[tuple[list[RegisterRow], list[KnownMember]]]:
        """Rows and members that share a key, for each key that has both."""
        rows_by_key = _grouped(self._rows.values(), key)
        members_by_key = _grouped(members.values(), key)
        return [
            (rows, members_by_key[shared])
            for shared, rows in rows_by_key.items()
            if shared in members_by_key
        ]

    def _pair(self, into: _Pairs, member: KnownMember, row: RegisterRow) -> None:
        into.append((member, row))
        del self._rows[row.sheet, row.line]
        self._forget(member)

    def _leave_to_human(self, rows: list[RegisterRow], members: list[KnownMember]) -> None:
        numbers = "、".join(sorted({member.passbook_no for member in members}))
        self._leave_rows(rows, Code.MOVE_UNCLEAR, passbook_nos=numbers)
        for member in members:
            self._forget(member)

    def _leave_rows(self, rows: list[RegisterRow], code: Code, **facts: str | int) -> None:
        for row in rows:
            self._rows.pop((row.sheet, row.line), None)
            self.unclear.append(
                Remark(
                    Severity.AMBIGUOUS,
                    code,
                    sheet=row.sheet,
                    line=row.line,
                    passbook_no=row.passbook_no,
                    name=row.person.name,
                    facts=dict(facts),
                )
            )

    def _forget(self, member: KnownMember) -> None:
        self._present.pop(member.member_id, None)
        self._left.pop(member.member_id, None)


def _grouped(listed: Iterable[_T], key: _Key) -> dict[Hashable, list[_T]]:
    groups: dict[Hashable, list[_T]] = {}
    for each in listed:
        found = key(each)
        if found is not None:
            groups.setdefault(found, []).append(each)
    return groups


def _household_and_name(listed: _Listed) -> Hashable:
    return (listed.passbook_no, listed.person.name)


def _identity(listed: _Listed) -> Hashable | None:
    person = listed.person
    if person.birth_month is None or person.gender is None:
        return None
    return (person.name, person.birth_month, person.gender)


def _place_in_household(listed: _Listed) -> Hashable | None:
    person = listed.person
    if person.birth_month is None or person.gender is None:
        return None
    return (listed.passbook_no, person.birth_month, person.gender, person.relation)


def _may_be(one: Person, other: Person) -> bool:
    """Whether two records of one name do not contradict each other."""
    pairs = ((one.gender, other.gender), (one.birth_month, other.birth_month))
    return all(a is None or b is None or a == b for a, b in pairs)
