#!/usr/bin/env python3
"""Check without any server that a record of a village's books is under a printed digest.

    python3 verify_proof.py proof.json "3f2a 91bc 04d7 e5a0"

The proof comes from the village (`flask ledger prove`), the digest from the paper on the board: its
first 16 hexadecimal digits or more. Needs nothing but Python 3. The bytes of the records are
described in app/ledger/domain/canonical.py, the tree in RFC 6962. Exit code 0 when every record of
the proof is under the digest, 1 when one is not, 2 when the files cannot be read.
"""

import hashlib
import json
import sys
from pathlib import Path

_DIGITS_MIN = 16
_OWNERS = {1: "village", 2: "household", 3: "member", 4: "activity", 5: "store"}
_ENTRY = (
    "entry#", "village#", "period#", "kind", "occurred on", "posted at (microseconds)#", "actor#",
    "key", "reverses#", "rule version#", "memo",
)  # fmt: skip
_ACCOUNT = ("owner kind#", "owner#", "purpose#")
_BALANCE = ("village#", "period#", *_ACCOUNT, "unit#", "closing balance#")
_SEAL = (
    "village#", "period#", "month", "previous digest*", "entries#", "entries root*", "balances#",
    "balances root*", "first entry#", "last entry#",
)  # fmt: skip
_LAYOUTS = {1: _ENTRY, 2: _BALANCE, 3: _SEAL}
"""By record type; # marks an integer, * a digest, the rest are texts."""


class Reader:
    """Takes values off the front of a record."""

    def __init__(self, record: bytes) -> None:
        self.rest = record

    def take(self, size: int) -> bytes:
        if not 0 <= size <= len(self.rest):
            raise ValueError("the record is cut off")
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def integer(self) -> int:
        return int.from_bytes(self.take(8), "big", signed=True)

    def text(self) -> str:
        return self.take(self.integer()).decode()

    def value(self, name: str) -> object:
        if name.endswith("#"):
            return self.integer()
        return self.take(32) if name.endswith("*") else self.text()

    def values(self, names: tuple[str, ...]) -> dict[str, object]:
        return {name.rstrip("#*"): self.value(name) for name in names}


def read_record(record: bytes) -> tuple[int, dict[str, object]]:
    """The type of a record and its values by name; transfers of an entry as lines of text."""
    reader = Reader(record)
    layout, kind = reader.take(2)
    if layout != 1 or kind not in _LAYOUTS:
        raise ValueError("not a record of layout 1")
    values = reader.values(_LAYOUTS[kind])
    if kind == 1:
        for number in range(1, reader.integer() + 1):
            values[f"transfer {number}"] = _transfer(reader)
    if reader.rest:
        raise ValueError("the record is too long")
    return kind, values


def _transfer(reader: Reader) -> str:
    reader.integer()
    debit, credit = (reader.values(_ACCOUNT) for _ in range(2))
    unit, amount = reader.integer(), reader.integer()
    return f"{amount} of unit {unit} from {_account(debit)} to {_account(credit)}"


def _account(values: dict[str, object]) -> str:
    kind = values["owner kind"]
    owner = _OWNERS.get(kind, kind) if isinstance(kind, int) else kind
    return f"{owner} {values['owner']} (purpose {values['purpose']})"


def root_of(record: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root that the path leads to from a record (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size:
        raise ValueError("the record has no place in the tree")
    computed, last = hashlib.sha256(b"\x00" + record).digest(), size - 1
    for beside in path:
        if last == 0:
            raise ValueError("the path is too long")
        if index % 2 or index == last:
            computed = hashlib.sha256(b"\x01" + beside + computed).digest()
            while index % 2 == 0 and index != 0:
                index, last = index // 2, last // 2
        else:
            computed = hashlib.sha256(b"\x01" + computed + beside).digest()
        index, last = index // 2, last // 2
    if last != 0:
        raise ValueError("the path is too short")
    return computed


def check(proof: dict[str, object], printed: str) -> dict[str, object]:
    """What the proven record says; ValueError with the reason when it is not under the digest."""
    digits = "".join(printed.split()).lower()
    seal = bytes.fromhex(str(proof["seal"]))
    if len(digits) < _DIGITS_MIN or not hashlib.sha256(seal).hexdigest().startswith(digits):
        raise ValueError("the seal of the proof does not have the printed digest")
    kind, header = read_record(seal)
    if kind != 3:
        raise ValueError("the proof carries no seal")
    record = bytes.fromhex(str(proof["record"]))
    kind, values = read_record(record)
    if kind not in (1, 2):
        raise ValueError("only entries and balances are under a seal")
    tree = {1: "entries", 2: "balances"}[kind]
    path = [bytes.fromhex(beside) for beside in _list(proof["path"])]
    root = root_of(record, int(str(proof["index"])), int(str(header[tree])), path)
    if root != header[f"{tree} root"]:
        raise ValueError("the record is not under the seal")
    return {"month": header["month"]} | values


def _list(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("the path is not a list")
    return [str(one) for one in value]


def main(arguments: list[str]) -> int:
    """Check the proofs of a file against a digest and say what they prove."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    try:
        proofs = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        proven = [check(proof, arguments[1]) for proof in proofs]
    except (OSError, KeyError, TypeError, json.JSONDecodeError) as error:
        sys.stderr.write(f"cannot read the proof: {error}\n")
        return 2
    except ValueError as error:
        sys.stderr.write(f"NOT PROVEN: {error}\n")
        return 1
    for values in proven:
        sys.stdout.write("Under the printed digest:\n")
        sys.stdout.writelines(f"  {name}: {value}\n" for name, value in values.items())
    return 0 if proven else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
