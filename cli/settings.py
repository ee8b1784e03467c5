"""The command line's settings: the environment, .env, and what the stack of this checkout left in ANSELM_HOME."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from shared.errors import Invalid
from shared.settings import Settings

AnySettings = TypeVar("AnySettings", bound=Settings)


class CliSettings(Settings):
    """What the command line needs beyond the common settings."""

    caller = "cli"

    persona: str = Field(default="anselm", description="Persona that commands are about unless --persona names another")


def load(kind: type[AnySettings]) -> AnySettings:
    """The settings, completed by the secrets and the addresses of the stack in ANSELM_HOME.

    Raises:
        Invalid: a setting has a wrong value; the message names it.
    """
    try:
        home = Settings().anselm_home
        if secrets_folder(home).is_dir():
            os.environ.setdefault("SECRETS_DIR", str(secrets_folder(home)))
        given = kind()
        recorded: dict[str, Any] = {k: v for k, v in _addresses(home).items() if k not in given.model_fields_set}
        return kind(**recorded) if recorded else given
    except ValidationError as error:
        problems = "; ".join(
            f"{str(e['loc'][0]).upper() if e['loc'] else 'settings'}: {e['msg']}" for e in error.errors()
        )
        raise Invalid(f"A setting is wrong: {problems}.", hint="See .env.example.") from error


def secrets_folder(home: Path) -> Path:
    return home / "secrets"


def addresses_file(home: Path) -> Path:
    """Where the stack writes its URLs, so that the command line finds it with nothing else set."""
    return home / "run" / "addresses.json"


def _addresses(home: Path) -> dict[str, str]:
    try:
        content: dict[str, str] = json.loads(addresses_file(home).read_text())
    except FileNotFoundError:
        return {}
    return content
