"""`anselm init | up | down | migrate`: the embedded stack."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli import secrets
from cli.console import Json, document, err, out, say
from cli.settings import load, secrets_folder
from cli.stack import detached
from cli.stack.run import make_home, run
from cli.stack.settings import StackSettings
from cli.stack.state import Entry
from cli.stack.view import View, processes
from shared.migrations.run import migrate as migrate_database
from shared.settings import CHECKOUT, Settings

app = typer.Typer()


@app.command()
def init(
    containers: Annotated[
        bool, typer.Option("--containers", help="For docker compose, in the folder secrets/.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make the secrets of this installation, one file each. Those that exist stay as they are."""
    folder, new = _make_container_secrets() if containers else _make_secrets()
    if as_json:
        document({"folder": str(folder), "new": new})
    else:
        out.print(f"{folder}: {', '.join(new) if new else 'nothing new'}", soft_wrap=True)


@app.command()
def up(
    as_json: Json = False,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when all is ready, and leave it running.")
    ] = False,
) -> None:
    """Start PostgreSQL, Valkey, every service and worker; at Ctrl-C stop them all."""
    _make_secrets()
    settings = load(StackSettings)
    with View(err) as view:
        if detach:
            entries = detached.start(settings, show=view.show)
            view.close()
            _print_processes(entries, as_json)
        else:
            run(settings, say=view.say, show=view.show, ready=lambda entries: _announce(view, entries, as_json))
            say("stopped")


@app.command()
def down(as_json: Json = False) -> None:
    """Stop everything that `anselm up` started."""
    settings = load(StackSettings)
    with View(err, told=["stopped"]) as view:
        stopped = detached.stop(settings, show=view.show)
    if as_json:
        document({"stopped": stopped})
    else:
        out.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring the database to the newest schema of every service; repeating it changes nothing."""
    settings = load(Settings)
    migrate_database(settings)
    if as_json:
        document({"migrated": settings.database_url})
    else:
        out.print(f"{settings.database_url} has the newest schema.")


def _announce(view: View, entries: Sequence[Entry], as_json: bool) -> None:
    view.close()
    _print_processes(entries, as_json)
    say("Everything is ready. Ctrl-C stops it.")


def _print_processes(entries: Sequence[Entry], as_json: bool) -> None:
    if as_json:
        document([asdict(entry) for entry in entries])
    else:
        out.print(processes(entries))


def _make_secrets() -> tuple[Path, list[str]]:
    home = Settings().anselm_home
    make_home(home)
    folder = Path(os.environ["SECRETS_DIR"]) if "SECRETS_DIR" in os.environ else secrets_folder(home)
    return folder, secrets.create(folder)


def _make_container_secrets() -> tuple[Path, list[str]]:
    """Readable files in a closed folder: the containers' user is another one, and sees only what is mounted."""
    folder = Path(os.environ.get("CONTAINER_SECRETS", CHECKOUT / "secrets"))
    settings = StackSettings()
    given = {name: getattr(settings, name).get_secret_value() for name in ("bot_token", "hf_token", "tg_api_hash")}
    return folder, secrets.create(folder, given=given, mode=0o644)
