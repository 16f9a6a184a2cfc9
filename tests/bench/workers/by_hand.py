"""Posts by hand through psycopg alone: `… by_hand URL SHAPE AWARDS`."""

import sys
from functools import partial

from tests.bench.by_hand import connect, copy_awards, post_batch, post_single
from tests.bench.worker import Step, serve

_STATEMENTS = {"batch": post_batch, "copy": copy_awards}


def main(url: str, shape: str, awards: str = "1") -> None:
    """Every statement is a transaction of its own; `awards` go into one."""

    def make_step() -> Step:
        connection = connect(url)
        if shape == "single":
            return partial(post_single, connection)
        return partial(_STATEMENTS[shape], connection, int(awards))

    serve(make_step)


if __name__ == "__main__":
    main(*sys.argv[1:])
