"""The inside of a worker process: it repeats one step for as long as it is told to.

Needs the standard library alone: workers of other ledgers run it without the application.
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Step = Callable[[], int]
"""Does one unit of work and commits it; returns how many posts that were."""


def serve(make_step: Callable[[], Step], threads: int = 1) -> None:
    """Make a step for each thread, say so, and run them for every number of seconds read.

    Answers each line with one of JSON: `done` posts and the `rate` a second.
    """
    steps = threading.local()
    together = threading.Barrier(threads)

    def prepare() -> None:
        steps.run = make_step()
        together.wait()

    def repeat(seconds: float) -> tuple[int, float]:
        step: Step = steps.run
        # Everybody begins at once, and so no thread takes two turns.
        together.wait()
        done, began = 0, time.perf_counter()
        while time.perf_counter() < began + seconds:
            done += step()
        return done, done / (time.perf_counter() - began)

    with ThreadPoolExecutor(threads) as pool:
        for prepared in [pool.submit(prepare) for _ in range(threads)]:
            prepared.result()
        print("ready", flush=True)
        for line in sys.stdin:
            rounds = [pool.submit(repeat, float(line)) for _ in range(threads)]
            counts = [one.result() for one in rounds]
            answer = {
                "done": sum(done for done, _ in counts),
                "rate": sum(rate for _, rate in counts),
            }
            print(json.dumps(answer), flush=True)
