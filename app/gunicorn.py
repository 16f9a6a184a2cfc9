"""How gunicorn serves the application; read with `--config python:app.gunicorn`."""

import os

from app.config import load_settings

_settings = load_settings()

bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
if _settings.database_url.startswith("sqlite"):
    # SQLite lets one connection write at a time: several processes would wait for each other in
    # its busy loop, threads of one process queue up. More of them take the interpreter from whoever
    # has the lock: with eight a check-in costs a quarter more of the processor than with four.
    workers = 1
    threads = 4
else:
    workers = os.cpu_count() or 1
    threads = 4
# Each worker makes the application, and with it the connection pool, after the fork.
preload_app = False
# Requests that have begun are answered before a worker stops.
graceful_timeout = 30
# The control socket would lie in the home folder, which a service may not have.
control_socket_disable = True
