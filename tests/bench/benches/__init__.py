"""The benches: every module here registers some with `@bench`."""
