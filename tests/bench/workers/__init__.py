"""What runs in worker processes, see `tests.bench.worker`."""
