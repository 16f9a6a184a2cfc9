"""The application for gunicorn, on a disk that is recorded; see `disk`."""

import os
from pathlib import Path

from sqlalchemy import event

from app import create_app
from app.config import load_settings
from app.extensions import db
from tests.fire.disk import Recorder

recorder = Recorder(
    Path(load_settings().database_url.removeprefix("sqlite:///")).resolve(),
    Path(os.environ["RECORDING"]),
)
app = create_app()
if "SYNCHRONOUS" in os.environ:
    with app.app_context():
        # After the application has set what it wants.
        event.listen(
            db.engine,
            "connect",
            lambda connection, _: connection.execute(
                f"PRAGMA synchronous = {os.environ['SYNCHRONOUS']}"
            ),
        )
