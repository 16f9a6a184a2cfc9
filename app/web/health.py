"""Whether the application can reach its database; for load balancers and `make run`."""

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from app.extensions import db

from .access import open_to_all

health = Blueprint("health", __name__)


@health.get("/healthz")
@open_to_all
def healthz() -> Response:
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok")
