"""What a pass hands over."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold.

    `row` is the primary key of the row in `table` that it is about (its parts joined by "/"), or
    "unit …" or "village …" for what no single row can be blamed for; `detail` is a sentence.
    """

    table: str
    row: str
    detail: str
