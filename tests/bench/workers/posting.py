"""Posts through the application: `… posting URL SHAPE AWARDS POOL THREADS`."""

import sys

from app import create_app
from app.ledger import service
from app.ledger.domain.drafts import EntryDraft
from app.web.transaction import run_in_transaction
from tests.bench.book import award_drafts, transfer_draft
from tests.bench.worker import Step, serve
from tests.conftest import settings_for


def main(url: str, shape: str, awards: str = "1", pool: str = "any", threads: str = "1") -> None:
    """Post single transfers, or batches of awards, each in a transaction of its own.

    `pool` is the number of the one they come from, or "any".
    """
    app = create_app(settings_for(url))
    number = None if pool == "any" else int(pool)

    def make_drafts() -> list[EntryDraft]:
        if shape == "single":
            return [transfer_draft(number)]
        return award_drafts(int(awards), number)

    def step() -> int:
        drafts = make_drafts()
        return len(run_in_transaction(lambda: service.post(drafts)))

    def make_step() -> Step:
        app.app_context().push()
        return step

    serve(make_step, int(threads))


if __name__ == "__main__":
    main(*sys.argv[1:])
