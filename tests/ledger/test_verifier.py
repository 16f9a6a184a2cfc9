"""A whole book, and proofs over several months, are checked by a program that stands alone."""

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.ledger import queries, service
from app.ledger.domain.accounts import branch_budget, household_pending
from app.ledger.domain.canonical import printed_digest
from app.ledger.domain.drafts import EntryKind, TransferDraft
from app.web.transaction import run_in_transaction
from tests.factories.people import make_people
from tests.ledger.books import DAY, OCTOBER, VILLAGE, draft, open_book, post
from tests.ledger.golden_book import golden_records
from tests.support.verifier import VERIFIER

GOLDEN_BOOK = Path(__file__).parent / "golden_book.txt"
GOLDEN_DIGESTS = [
    "b862f376fb8e06667f45f0c2cc663a9d148f6a34886334a388a2bbab697e6435",
    "26d565bbabd7657d5cd033637a669cb0fc6d83bf4904d609f9db8afb0e6c53b8",
    "a49e99795bc68c3a4db94c491a348c0fe67cf29e03a5121c532a93c94790ff1f",
]

Verify = Callable[..., tuple[int, str, str]]


@dataclass
class Printed:
    """What paper and log say: digests of October and November, and the heads with the number of
    entries, the root and the digest of each.
    """

    digests: list[str]
    roots: list[tuple[int, str]]
    heads: list[str]

    @property
    def all(self) -> list[str]:
        return [*self.digests, *(root for _, root in self.roots), *self.heads]


@pytest.fixture
def printed(app: Flask) -> Printed:
    """Two sealed months, each with heads, and an open one."""
    open_book()
    heads = [_head()]
    award = post("budget → pending1 20; scores → member1 20")[0]
    post(*(f"budget → pending{n} {n * 10}" for n in (1, 2, 3, 4, 5)))
    heads.append(_head())
    run_in_transaction(
        lambda: service.reverse(
            award.entry_id, village_id=VILLAGE, actor_id=8, idempotency_key="r", occurred_on=DAY
        )
    )
    digests = [_close(0)]
    post("budget → spendable1 9")
    sale = post("spendable1 → takings 6", kind=EntryKind.REDEMPTION)[0]
    run_in_transaction(
        lambda: service.return_part(
            sale.entry_id,
            village_id=VILLAGE,
            parts=draft("spendable1 → takings 2").transfers,
            actor_id=8,
            idempotency_key="back",
            occurred_on=DAY,
        )
    )
    digests.append(_close(1))
    post("spendable1 → budget 4")
    heads.append(_head())
    post("budget → pending1 3", "budget → pending1 4")
    heads.append(_head())
    roots = [(count, root) for count, root, _ in heads]
    return Printed(digests, roots, [digest for *_, digest in heads])


def _head() -> tuple[int, str, str]:
    def record() -> tuple[int, str, str]:
        head = service.record_head(VILLAGE)
        assert head is not None
        return head.entry_count, head.entries_root.hex(), head.digest.hex()

    return run_in_transaction(record)


def _close(months: int) -> str:
    month = OCTOBER.next if months else OCTOBER
    return printed_digest(
        run_in_transaction(lambda: service.close_period(VILLAGE, month=month)).digest
    )


@pytest.fixture
def verify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Verify:
    """Checks the text of a file as the verifier's own `main` does: exit code, output, errors."""
    specification = importlib.util.spec_from_file_location("verify_proof", VERIFIER)
    assert specification is not None
    assert specification.loader is not None
    verifier = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(verifier)

    def run(content: str, *digests: str) -> tuple[int, str, str]:
        path = tmp_path / "file"
        path.write_text(content)
        capsys.readouterr()
        code = verifier.main([str(path), *digests])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def _ledger(app: Flask, *arguments: str) -> str:
    db.session.remove()
    done = app.test_cli_runner().invoke(args=["ledger", *arguments, "--village", "luxi"])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_a_book_is_verified_in_an_empty_folder_by_python_alone(
    app: Flask, printed: Printed, tmp_path: Path
) -> None:
    _ledger(app, "export", "--output", str(tmp_path / "book.txt"))
    done = subprocess.run(
        [sys.executable, "-I", VERIFIER, "book.txt", *printed.digests],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    title, october, november, still_open = done.stdout.splitlines()
    assert title == f"The book of village {VILLAGE} adds up:"
    assert october.startswith("  2026-10: ")
    assert october.endswith(" (8 entries)")
    assert printed.digests[1].replace(" ", "") in november
    assert still_open == "  open: 3 entries"


def test_every_digest_and_root_is_met(app: Flask, printed: Printed, verify: Verify) -> None:
    assert verify(_ledger(app, "export"), *printed.all)[0] == 0
    code, _, errors = verify(_ledger(app, "export"), *printed.digests, "0" * 16)
    assert (code, errors) == (1, f"NOT PROVEN: nothing in the file has the digest {'0' * 16}\n")
    assert verify(_ledger(app, "export"), "0123")[0] == 1


def test_no_byte_of_a_book_can_be_changed(app: Flask, printed: Printed, verify: Verify) -> None:
    title, *lines = _ledger(app, "export").splitlines()
    assert verify("\n".join([title, *lines]), *printed.all)[0] == 0
    for place, line in enumerate(lines):
        # The middle of every value is somewhere in every third byte.
        for digit in range(1, len(line), 6):
            changed = f"{line[:digit]}{int(line[digit], 16) ^ 1:x}{line[digit + 1 :]}"
            book = [title, *lines[:place], changed, *lines[place + 1 :]]
            code, _, errors = verify("\n".join(book), *printed.all)
            assert (code, errors.startswith("NOT PROVEN: ")) == (1, True), (place, digit)


def test_no_record_can_be_taken_out_doubled_or_moved(
    app: Flask, printed: Printed, verify: Verify
) -> None:
    title, *lines = _ledger(app, "export").splitlines()
    for place in range(len(lines)):
        rest = [*lines[:place], *lines[place + 1 :]]
        for book in (
            rest,
            [*lines[: place + 1], *lines[place:]],
            [*rest[: place + 1], lines[place], *rest[place + 1 :]],
        ):
            if book == lines:
                # The last one has nothing to be moved behind.
                continue
            assert verify("\n".join([title, *book]), *printed.all)[0] == 1, place


def test_a_month_that_was_rewritten_with_its_seal_has_another_digest(
    app: Flask, printed: Printed, verify: Verify
) -> None:
    """All that came after was rewritten too; the paper was not."""
    for trigger in db.session.scalars(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    ).all():
        db.session.execute(text(f"DROP TRIGGER {trigger}"))
    db.session.execute(text("DELETE FROM ledger_head"))
    db.session.execute(text("UPDATE ledger_entry SET actor_id = 99"))
    for period in queries.periods(VILLAGE)[:2]:
        computed = queries.compute_seal(VILLAGE, period.id).header
        db.session.execute(
            text(
                "UPDATE ledger_seal SET entries_root = :root, previous_digest = :before,"
                " digest = :digest WHERE period_id = :id"
            ),
            {
                "root": computed.entries_root,
                "before": computed.previous_digest,
                "digest": computed.digest,
                "id": period.id,
            },
        )
        db.session.expire_all()
    db.session.commit()
    code, _, errors = verify(_ledger(app, "export"), printed.digests[1])
    assert code == 1
    (fault,) = errors.splitlines()
    assert fault.startswith("NOT PROVEN: nothing in the file has the digest")


def test_a_month_follows_from_an_earlier_one(app: Flask, printed: Printed, verify: Verify) -> None:
    chain = _ledger(app, "prove", "--month", "2026-11", "--since", "2026-10")
    code, said, _ = verify(chain, *printed.digests)
    assert code == 0
    assert "2026-10: " in said
    assert verify(chain, printed.digests[1])[0] == 0
    # The earlier digest alone says nothing about what came later.
    assert verify(chain, printed.digests[0])[0] == 1
    (document,) = json.loads(chain)
    seals: list[str]
    for seals in (document["seals"][::-1], document["seals"][:1], []):
        assert verify(json.dumps([{"seals": seals}]), *printed.digests)[0] == 1


def test_a_head_is_the_beginning_of_its_month(app: Flask, printed: Printed, verify: Verify) -> None:
    for (count, root), month, later in (
        (printed.roots[0], "2026-10", printed.digests[0]),
        (printed.roots[1], "2026-10", printed.digests[0]),
        (printed.roots[2], "2026-12", printed.roots[3][1]),
        (printed.roots[3], "2026-12", printed.roots[3][1]),
    ):
        proof = _ledger(app, "prove", "--month", month, "--head", str(count))
        code, said, errors = verify(proof, root, later)
        assert (code, errors) == (0, "")
        assert f"The first {count} of " in said
        for digests in ((root, "0" * 16), ("0" * 16, later)):
            assert verify(proof, *digests)[0] == 1
        (document,) = json.loads(proof)
        for change in (
            {"earlier_entries": count + 1},
            {"earlier_entries": 0},
            {"path": [*document["path"], "00" * 32]},
        ):
            assert verify(json.dumps([document | change]), root, later)[0] == 1


def test_a_household_is_found_by_its_passbook(app: Flask, verify: Verify) -> None:
    open_book()
    household_id = make_people(VILLAGE).households["0002"]
    award = TransferDraft(
        branch_budget(VILLAGE), household_pending(VILLAGE, household_id), amount=35
    )
    wish = replace(draft("budget → pending1 1"), transfers=(award,))
    run_in_transaction(lambda: service.post([wish]))
    digest = _close(0)
    proof = _ledger(app, "prove", "--month", "2026-10", "--household", "2")
    code, said, _ = verify(proof, digest)
    assert (code, said.count("Under the printed digest:")) == (0, 1)
    assert f"owner: {household_id}\n" in said
    assert "closing balance: 35\n" in said


def test_the_command_says_what_it_cannot_prove(app: Flask, printed: Printed) -> None:
    run = app.test_cli_runner().invoke
    month = ["ledger", "prove", "--village", "luxi", "--month", "2026-10"]
    assert "there is no passbook 77" in run(args=[*month, "--household", "77"]).stderr
    assert "say one of" in run(args=[*month, "--owner", "1", "--head", "2"]).stderr
    assert "has 8 entries, not 9" in run(args=[*month, "--head", "9"]).stderr
    assert "no seal that follows" in run(args=[*month, "--since", "2026-11"]).stderr


@pytest.mark.parametrize(
    "content", ["village points book 1\nzz\n", "village points book 1\n01\n", "[3]", '{"a": 1}']
)
def test_a_broken_file_is_answered_in_words(verify: Verify, content: str) -> None:
    code, _, errors = verify(content, "0" * 16)
    assert code in (1, 2)
    assert errors


def test_it_is_written_for_python_3_8() -> None:
    ast.parse(VERIFIER.read_text(), feature_version=(3, 8))


def test_the_golden_book_is_the_one_in_the_description(verify: Verify) -> None:
    """Whoever writes another verifier starts with this file."""
    book = GOLDEN_BOOK.read_text()
    records, digests = golden_records()
    assert book.splitlines()[1:] == [record.hex() for record in records]
    assert digests == GOLDEN_DIGESTS
    code, said, errors = verify(book, *GOLDEN_DIGESTS)
    assert (code, errors) == (0, "")
    assert said.count("\n") == 4
