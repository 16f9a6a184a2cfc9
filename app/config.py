"""Settings from the environment, checked when the application starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_INSTANCE_FOLDER = Path(__file__).resolve().parent.parent / "instance"

# Known to everybody who reads this file; production refuses them.
_DEVELOPMENT_SECRET_KEY = "development only: signs nothing of value"  # noqa: S105
_DEVELOPMENT_MASTER_KEY = "646576656c6f706d656e74206f6e6c793a20" + "00" * 14


class SettingsError(Exception):
    """The environment does not allow a safe start; the message says what to set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation may choose.

    `master_key` (32 bytes) derives every other key; it lives outside the database and its backups.
    `public_url` is the address printed into codes, without a slash at the end.
    `node_id` (0 to 511) must differ between machines that write to one database.
    """

    production: bool
    database_url: str
    secret_key: str = field(repr=False)
    master_key: bytes = field(repr=False)
    public_url: str
    node_id: int | None


def load_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings; raises SettingsError with one plain sentence."""
    production = environment.get("APP_ENV", "development") == "production"
    settings = Settings(
        production=production,
        database_url=_database_url(environment),
        secret_key=environment.get("SECRET_KEY", _DEVELOPMENT_SECRET_KEY),
        master_key=_master_key(environment.get("MASTER_KEY", _DEVELOPMENT_MASTER_KEY)),
        public_url=environment.get(
            "PUBLIC_URL", f"http://127.0.0.1:{environment.get('PORT', '8000')}"
        ).rstrip("/"),
        node_id=_node_id(environment.get("NODE_ID")),
    )
    if production:
        _refuse_development_defaults(environment, settings)
    return settings


def _database_url(environment: Mapping[str, str]) -> str:
    given = environment.get("DATABASE_URL")
    if given is None:
        _INSTANCE_FOLDER.mkdir(exist_ok=True)
        return f"sqlite:///{_INSTANCE_FOLDER / 'points.db'}"
    # The plain scheme that hosting panels hand out means psycopg 3 here.
    for scheme in ("postgresql://", "postgres://"):
        if given.startswith(scheme):
            return "postgresql+psycopg://" + given.removeprefix(scheme)
    return given


def _master_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise SettingsError("MASTER_KEY must be 64 hexadecimal digits.") from error
    if len(key) != 32:
        raise SettingsError("MASTER_KEY must be 64 hexadecimal digits.")
    return key


def _node_id(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or int(text) > 511:
        raise SettingsError("NODE_ID must be a number from 0 to 511.")
    return int(text)


def _refuse_development_defaults(environment: Mapping[str, str], settings: Settings) -> None:
    for name, value, default in (
        ("SECRET_KEY", settings.secret_key, _DEVELOPMENT_SECRET_KEY),
        ("MASTER_KEY", settings.master_key.hex(), _DEVELOPMENT_MASTER_KEY),
    ):
        if value == default or len(value) < 32:
            raise SettingsError(f"{name} must be set to a secret of its own in production.")
    if not environment.get("PUBLIC_URL", "").startswith("https://"):
        raise SettingsError("PUBLIC_URL must be the https address of this installation.")


def flask_settings(settings: Settings) -> dict[str, object]:
    """The same as Flask and its extensions want it."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        # Flask's own cookie carries nothing but the CSRF secret.
        "SESSION_COOKIE_NAME": "__Host-form" if settings.production else "form",
        "SESSION_COOKIE_SECURE": settings.production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        # No time-outs on forms: an old villager may take an hour.
        "WTF_CSRF_TIME_LIMIT": None,
        "API_TITLE": "Village points bank",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    }
