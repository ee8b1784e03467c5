"""Bring the database to the newest schema of every service."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.exc import OperationalError

from shared.errors import Unavailable
from shared.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def configuration(settings: Settings) -> Config:
    """Alembic's configuration: one version folder a service."""
    folders = sorted(str(p) for p in (ROOT / "services").glob("*/migrations"))
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", "\n".join(folders))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("sqlalchemy.url", settings.sqlalchemy_url.replace("%", "%%"))
    return config


def migrate(settings: Settings) -> None:
    """Upgrade every branch to its head. Repeating it changes nothing.

    Raises:
        Unavailable: the database does not answer.
    """
    try:
        command.upgrade(configuration(settings), "heads")
    except OperationalError as error:
        hint = "Check DATABASE_URL and that the database runs."
        raise Unavailable("PostgreSQL does not answer.", hint=hint) from error
