"""`anselm status`: what runs, and what it lacks."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

import typer

from cli.console import Json, document, out, table
from cli.services import Services, connect
from cli.settings import CliSettings, load
from cli.stack import lock, state
from cli.stack.view import processes
from shared.clients.base import Client
from shared.contracts.trainer import Route
from shared.errors import AnselmError

app = typer.Typer()


@app.command()
def status(as_json: Json = False) -> None:
    """Show the stack's processes, what each service says of itself, and who speaks; 1 when something is lacking."""
    settings = load(CliSettings)
    home = settings.anselm_home
    current = state.read(home) if lock.is_held(home) else None
    answers, routes = asyncio.run(_ask_all(settings))
    if as_json:
        entries = [asdict(entry) for entry in current.entries] if current else []
        phase = current.phase if current else None
        document({"home": str(home), "phase": phase, "processes": entries, "services": answers, "personas": routes})
    else:
        out.print(processes(current.entries) if current else f"No stack runs in {home}.", soft_wrap=True)
        out.print()
        rows = [(a["service"], a["url"], "ready" if a["ready"] else _lacking(a["missing"])) for a in answers]
        table("", ("service", "url", "says"), rows)
        out.print()
        speaking = [(route.persona, route.adapter, route.base_model) for route in routes]
        table("", ("persona", "live adapter", "base model"), speaking, empty="No adapter is live.")
    if not all(answer["ready"] for answer in answers):
        raise typer.Exit(1)


async def _ask_all(settings: CliSettings) -> tuple[list[dict[str, Any]], list[Route]]:
    async with connect(settings) as services:
        answers = await asyncio.gather(*(_ask(client, settings) for client in _all(services)))
        try:
            return list(answers), await services.trainer.routes()
        except AnselmError:
            return list(answers), []


async def _ask(client: Client, settings: CliSettings) -> dict[str, Any]:
    answer = await client.readiness()
    url = getattr(settings, f"{client.service}_url")
    return {"service": client.service, "url": url, "ready": answer["ready"], "missing": answer["missing"]}


def _all(services: Services) -> list[Client]:
    return [services.ingest, services.trainer, services.inference, services.retrieval, services.feedback]


def _lacking(missing: dict[str, str]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in missing.items())
