#!/usr/bin/env python3
"""Check without any server what a village's books say, against the digests printed on its notices.

    python3 verify_proof.py proof.json "3f2a 91bc 04d7 e5a0"
    python3 verify_proof.py book.txt "3f2a 91bc 04d7 e5a0" "88c1 0b5e 7d20 91aa"

The file comes from the village: proofs from `flask --app wsgi ledger prove`, a whole book from
`ledger export`, which is then added up from its first entry on. Every digest given must be met:
those printed on notices, and what `ledger record-heads` printed; their first 16 digits are enough.
Needs nothing but Python 3.8 or newer; app/ledger/domain/canonical.py describes the bytes.
Exit code 0 when all holds, 1 when not, 2 when the file cannot be read.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

BOOK_TITLE = "village points book 1"
ENTRY, BALANCE, SEAL, HEAD, BLINDED = 1, 2, 3, 5, 6
NAMES = {ENTRY: "entry", BALANCE: "balance", SEAL: "seal", HEAD: "head", BLINDED: "balance"}
NEVER_BELOW_ZERO = {2, 3, 4, 10, 11, 12, 41, 42}
"""Purposes: budget, pools, pending, spendable, held, shelf, reserved."""
_OWNERS = {1: "village", 2: "household", 3: "member", 4: "activity", 5: "store"}
LAYOUTS = {
    ENTRY: "entry# village# period# kind occurred_on posted_at_in_microseconds# actor# key"
    " reverses# rule_version# memo",
    BALANCE: "village# period# owner_kind# owner# purpose# unit# closing_balance#",
    BLINDED: "village# period# owner_kind# owner# purpose# unit# closing_balance# blinding*",
    SEAL: "village# period# month digest_before* entries# entries_root* balances# balances_root*"
    " first_entry# last_entry#",
    HEAD: "village# period# digest_before* head# entries# last_entry# entries_root*"
    " written_at_in_microseconds#",
}
"""By record type; # marks an integer, * a digest, the rest are texts."""


class Record:
    """A record of layout 1: its type, its values by name, and the transfers of an entry."""

    def __init__(self, record: bytes) -> None:
        self.bytes = self.rest = record
        layout, self.kind = self.take(2)
        if layout != 1 or self.kind not in LAYOUTS:
            raise ValueError("not a record of layout 1")
        self.values: dict[str, Any] = {}
        for name in LAYOUTS[self.kind].split():
            key = name.rstrip("#*").replace("_", " ")
            if name.endswith("*"):
                self.values[key] = self.take(32)
            else:
                value = self.integer()
                self.values[key] = value if name.endswith("#") else self.take(value).decode()
        count = self.integer() if self.kind == ENTRY else 0
        self.transfers = [self.transfer() for _ in range(count)]
        if self.rest:
            raise ValueError("the record is too long")

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.rest):
            raise ValueError("the record is cut off")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def integer(self) -> int:
        return int.from_bytes(self.take(8), "big", signed=True)

    def transfer(self) -> Transfer:
        numbers = [self.integer() for _ in range(9)]
        return Transfer(numbers[0], tuple(numbers[1:4]), tuple(numbers[4:7]), *numbers[7:])

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.bytes).digest()

    @property
    def leaf(self) -> bytes:
        return hashlib.sha256(b"\x00" + self.bytes).digest()

    def lines(self) -> list[str]:
        """What the record says, for people."""
        said = [f"{name}: {value}" for name, value in self.values.items() if name != "blinding"]
        return said + [
            f"transfer: {one.amount} of unit {one.unit}"
            f" from {account_name(one.debit)} to {account_name(one.credit)}"
            for one in self.transfers
        ]


class Transfer(NamedTuple):
    """One movement of an entry; an account is owner kind, owner, purpose."""

    id: int
    debit: tuple[int, ...]
    credit: tuple[int, ...]
    unit: int
    amount: int


def account_name(account: tuple[int, ...]) -> str:
    """An account for people."""
    kind, owner, purpose = account
    return f"{_OWNERS.get(kind, kind)} {owner} (purpose {purpose})"


class Digests:
    """The digests that were given, and which of them were met."""

    def __init__(self, given: list[str]) -> None:
        self.given = ["".join(one.split()).lower() for one in given]
        self.met: set[str] = set()
        if min(len(one) for one in self.given) < 16:
            raise ValueError("a digest has at least 16 digits")

    def meet(self, digest: bytes) -> bool:
        """Whether a digest is one of those that were given."""
        met = {one for one in self.given if digest.hex().startswith(one)}
        self.met |= met
        return bool(met)


def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_over(leaves: list[bytes]) -> bytes:
    """Root of a tree; an odd one at the end of a level is carried up."""
    level = leaves or [hashlib.sha256(b"").digest()]
    while len(level) > 1:
        pairs = range(0, len(level) - 1, 2)
        above = [node(level[left], level[left + 1]) for left in pairs]
        level = above + level[len(level) - len(level) % 2 :]
    return level[0]


def climb(place: int, last: int, path: list[bytes], starts: list[bytes]) -> list[bytes]:
    """Roots that a path leads to: of a leaf (RFC 9162 section 2.1.3.2), or of an earlier tree and
    the later one (section 2.1.4.2), which differ in what is right of the earlier tree.
    """
    ends = starts
    for beside in path:
        if last == 0:
            raise ValueError("the path is too long")
        if place % 2 or place == last:
            ends = [node(beside, end) for end in ends]
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            ends = [*ends[:-1], node(ends[-1], beside)]
        place, last = place // 2, last // 2
    if last != 0:
        raise ValueError("the path is too short")
    return ends


def check_inclusion(proof: Any, digests: Digests) -> list[str]:
    """What the record says whose place under a seal is proven."""
    seal, record = read(proof["seal"], SEAL), read(proof["record"], ENTRY, BALANCE, BLINDED)
    if not digests.meet(seal.digest):
        raise ValueError("the seal of the proof has no digest that was given")
    tree = "entries" if record.kind == ENTRY else "balances"
    index, size = proof["index"], seal.values[tree]
    if not 0 <= index < size:
        raise ValueError("the record has no place in the tree")
    path = [bytes.fromhex(beside) for beside in proof["path"]]
    if climb(index, size - 1, path, [record.leaf]) != [seal.values[f"{tree} root"]]:
        raise ValueError("the record is not under the seal")
    return ["Under the printed digest:", f"month: {seal.values['month']}", *record.lines()]


def check_chain(proof: Any, digests: Digests) -> list[str]:
    """The months of seals that follow each other; the last one's digest must have been given."""
    said = ["Each of these seals follows from the one before:"]
    before, was_given = None, False
    for seal in [read(each, SEAL) for each in proof["seals"]]:
        if before is not None and seal.values["digest before"] != before.digest:
            raise ValueError(f"{seal.values['month']} does not follow {before.values['month']}")
        was_given = digests.meet(seal.digest)
        said.append(f"{seal.values['month']}: {seal.digest.hex()}")
        before = seal
    if not was_given:
        raise ValueError("the last seal has no digest that was given")
    return said


def check_growth(proof: Any, digests: Digests) -> list[str]:
    """That the entries under a head are the first ones under a later head or under the seal."""
    size, root = proof["earlier_entries"], bytes.fromhex(proof["earlier_root"])
    if "seal" in proof:
        seal = read(proof["seal"], SEAL)
        later_size, later_root = seal.values["entries"], seal.values["entries root"]
        printed = seal.digest
    else:
        later_size, later_root = proof["later_entries"], bytes.fromhex(proof["later_root"])
        printed = later_root
    if not (digests.meet(root) and digests.meet(printed)):
        raise ValueError("the earlier root and what came of it must both be given")
    if not 0 < size <= later_size:
        raise ValueError("the later tree is not the larger one")
    place, last = size - 1, later_size - 1
    while place % 2 or place == last > 0:
        place, last = place // 2, last // 2
    path = [bytes.fromhex(beside) for beside in proof["path"]]
    # A whole power of two is a node of the later tree itself; else the path starts with one.
    start, path = (path[0], path[1:]) if place and path else (root, path)
    if climb(place, last, path, [start, start]) != [root, later_root]:
        raise ValueError("the earlier entries are not the first ones of the later")
    return [f"The first {size} of {later_size} entries are those under the earlier root."]


class Book:
    """A whole book read from its first record on; `faults` is what does not hold."""

    def __init__(self, digests: Digests) -> None:
        self.digests = digests
        self.faults: list[str] = []
        self.months: list[str] = []
        self.village = 0
        self.period = 1
        self.month_place = self.last_id = 0
        self.before = self.seal_before = bytes(32)
        self.leaves: list[bytes] = []
        self.closings: list[Record] = []
        self.holds: dict[tuple[tuple[int, ...], int], int] = {}
        self.moved: set[tuple[tuple[int, ...], int]] = set()
        self.entries: dict[int, Record] = {}
        self.keys: set[str] = set()
        self.reversed: set[int] = set()

    def add(self, record: Record) -> None:
        """Take the next record."""
        self.village = self.village or record.values["village"]
        name = NAMES[record.kind]
        self.told = f"{name} {record.values.get(name, '')} of period {record.values['period']}"
        self.expect("village", record.values["village"], self.village)
        self.expect("period", record.values["period"], self.period)
        is_late = bool(self.closings) and record.kind in (ENTRY, HEAD)
        self.expect("comes after balances", is_late, due=False)
        ways = {ENTRY: self.add_entry, HEAD: self.add_head, SEAL: self.add_seal}
        ways.get(record.kind, self.closings.append)(record)

    def expect(self, what: str, said: Any, due: Any) -> None:
        """Note a fault where a record says something else than is due."""
        if isinstance(said, bytes):
            said, due = said.hex(), due.hex()
        if said != due:
            self.fault(f"{what} is {said}, not {due}")

    def fault(self, what: str) -> None:
        self.faults.append(f"{self.told}: {what}")

    def add_entry(self, entry: Record) -> None:
        entry_id, key = entry.values["entry"], entry.values["key"]
        self.expect("follows a higher id", entry_id <= self.last_id, due=False)
        self.expect("shares its key", key in self.keys, due=False)
        self.expect("has transfers", bool(entry.transfers), due=True)
        self.last_id = entry_id
        self.keys.add(key)
        self.entries[entry_id] = entry
        self.leaves.append(entry.leaf)
        self.check_reversal(entry)
        for transfer in entry.transfers:
            self.expect("transfer follows a higher id", transfer.id <= self.last_id, due=False)
            self.last_id = max(self.last_id, transfer.id)
            self.move(transfer)

    def move(self, transfer: Transfer) -> None:
        if transfer.amount <= 0 or transfer.debit == transfer.credit:
            self.fault(f"transfer {transfer.id} moves nothing")
        amount = transfer.amount
        for account, change in ((transfer.debit, -amount), (transfer.credit, amount)):
            place = (account, transfer.unit)
            self.holds[place] = self.holds.get(place, 0) + change
            self.moved.add(place)
            if self.holds[place] < 0 and account[2] in NEVER_BELOW_ZERO:
                self.fault(f"transfer {transfer.id} leaves {account_name(account)} below zero")

    def check_reversal(self, entry: Record) -> None:
        original_id = entry.values["reverses"]
        if not original_id and entry.values["kind"] != "reversal":
            return
        original = self.entries.get(original_id)
        if original is None or entry.values["kind"] != "reversal":
            self.fault("is a reversal without an original")
        elif original.values["kind"] == "reversal" or original_id in self.reversed:
            self.fault(f"reverses entry {original_id}, which cannot be reversed")
        elif [(one.debit, one.credit, one.unit, one.amount) for one in entry.transfers] != [
            (one.credit, one.debit, one.unit, one.amount) for one in reversed(original.transfers)
        ]:
            self.fault(f"does not mirror entry {original_id}")
        self.reversed.add(original_id)

    def add_head(self, head: Record) -> None:
        self.expect("digest before", head.values["digest before"], self.before)
        self.expect("number of entries", head.values["entries"], len(self.leaves))
        self.expect("last entry", head.values["last entry"], max(self.entries, default=0))
        self.expect("root", head.values["entries root"], root_over(self.leaves))
        self.before = head.digest
        self.digests.meet(head.digest)
        self.digests.meet(head.values["entries root"])

    def add_seal(self, seal: Record) -> None:
        month = seal.values["month"]
        self.told = f"seal of {month}"
        ids = list(self.entries)[len(self.entries) - len(self.leaves) :]
        year, place = divmod(int(month[:4]) * 12 + int(month[5:]) - 1, 12)
        if f"{year}-{place + 1:02}" != month or self.month_place + 1 not in (1, year * 12 + place):
            self.fault("does not follow the month before")
        self.expect("digest before", seal.values["digest before"], self.seal_before)
        self.expect("number of entries", seal.values["entries"], len(self.leaves))
        self.expect("entries root", seal.values["entries root"], root_over(self.leaves))
        self.expect("first entry", seal.values["first entry"], ids[0] if ids else 0)
        self.expect("last entry", seal.values["last entry"], ids[-1] if ids else 0)
        self.expect("number of balances", seal.values["balances"], len(self.closings))
        root = root_over([closing.leaf for closing in self.closings])
        self.expect("balances root", seal.values["balances root"], root)
        self.check_closings()
        self.before = self.seal_before = seal.digest
        self.digests.meet(seal.digest)
        self.months.append(f"{month}: {seal.digest.hex()} ({len(self.leaves)} entries)")
        self.month_place, self.period = year * 12 + place, self.period + 1
        self.leaves, self.closings, self.moved = [], [], set()

    def check_closings(self) -> None:
        due = {
            place: held for place, held in self.holds.items() if held != 0 or place in self.moved
        }
        found = {
            (tuple(closing[2:5]), closing[5]): closing[6]
            for closing in (list(record.values.values()) for record in self.closings)
        }
        for (account, unit), held in found.items():
            what = f"what {account_name(account)} closed with in unit {unit}"
            self.expect(what, held, due.get((account, unit)))
        if list(found) != sorted(due):
            self.fault("does not list every balance once and in order")


def check_book(lines: list[str], digests: Digests) -> tuple[list[str], list[str]]:
    """What a book says, and what of it does not hold."""
    book = Book(digests)
    for line_number, line in enumerate(lines, start=2):
        try:
            book.add(Record(bytes.fromhex(line)))
        except ValueError as error:
            book.faults.append(f"line {line_number}: {error}")
    if book.leaves:
        book.months.append(f"open: {len(book.leaves)} entries")
    return [f"The book of village {book.village} adds up:", *book.months], book.faults


def read(value: Any, *kinds: int) -> Record:
    """A record of one of these types from its hexadecimal digits."""
    record = Record(bytes.fromhex(value))
    if record.kind not in kinds:
        raise ValueError("a record is not of the type that belongs there")
    return record


def check_proofs(text: str, digests: Digests) -> list[str]:
    """What the proofs of a file prove; ValueError with the reason when one does not."""
    said: list[str] = []
    for proof in json.loads(text):
        way = check_growth if "earlier_root" in proof else check_inclusion
        said += check_chain(proof, digests) if "seals" in proof else way(proof, digests)
    return said


def main(arguments: list[str]) -> int:
    """Check a file against digests and say what holds."""
    if len(arguments) < 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        digests = Digests(arguments[1:])
        text = Path(arguments[0]).read_text(encoding="utf-8")
        if text.startswith(BOOK_TITLE + "\n"):
            said, faults = check_book(text.splitlines()[1:], digests)
        else:
            said, faults = check_proofs(text, digests), []
        missed = set(digests.given) - digests.met
        faults += [f"nothing in the file has the digest {one}" for one in sorted(missed)]
    except (OSError, KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        sys.stderr.write(f"cannot read the file: {error}\n")
        return 2
    except ValueError as error:
        faults = [str(error)]
    for fault in faults:
        sys.stderr.write(f"NOT PROVEN: {fault}\n")
    if not faults:
        sys.stdout.writelines(f"{line if line.endswith(':') else '  ' + line}\n" for line in said)
    return 1 if faults or not said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
