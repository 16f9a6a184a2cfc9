"""A register that was read, as bytes, for the time between showing and applying it."""

import json
import zlib
from dataclasses import asdict
from typing import Any

from .columns import Column
from .households import Gender
from .persons import Person
from .register import Register, RegisterRow
from .remarks import Code, Remark, Severity


def pack_register(register: Register) -> bytes:
    """Compressed JSON of what `unpack_register` gives back."""
    return zlib.compress(json.dumps(asdict(register), ensure_ascii=False).encode())


def unpack_register(packed: bytes) -> Register:
    """The register as it was read."""
    stored: dict[str, Any] = json.loads(zlib.decompress(packed))
    return Register(
        rows=tuple(
            RegisterRow(**row | {"person": _person(row["person"])}) for row in stored["rows"]
        ),
        remarks=tuple(_remark(remark) for remark in stored["remarks"]),
        columns=tuple(Column(column) for column in stored["columns"]),
    )


def _person(stored: dict[str, Any]) -> Person:
    gender = stored["gender"]
    return Person(**stored | {"gender": None if gender is None else Gender(gender)})


def _remark(stored: dict[str, Any]) -> Remark:
    kinds = {"severity": Severity(stored["severity"]), "code": Code(stored["code"])}
    return Remark(**stored | kinds)
