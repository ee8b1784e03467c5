"""What a pull is to fetch: fixed when it is asked for, kept beside what it fetches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from services.ingest.pulling.dialogs import Dialog, Peer

PLAN = "plan.json"


@dataclass(frozen=True)
class Source:
    """A chat, as the export calls it and as Telegram wants it named."""

    id: int
    type: str
    name: str | None
    peer: Peer


@dataclass(frozen=True)
class Plan:
    """
    Attributes:
        user: the account's Telegram id.
        since: Unix seconds; a first pull begins there.
        limit: messages a chat, of which a first pull takes the newest and a later one the next.
    """

    user: int
    sources: tuple[Source, ...]
    since: int | None = None
    limit: int | None = None


def make_plan(user: int, chosen: Sequence[Dialog], since: int | None, limit: int | None) -> Plan:
    return Plan(user, tuple(Source(one.id, one.type, one.name, one.peer) for one in chosen), since, limit)


def save_plan(plan: Plan, folder: Path) -> None:
    (folder / PLAN).write_bytes(orjson.dumps(asdict(plan)))


def load_plan(folder: Path) -> Plan:
    raw = orjson.loads((folder / PLAN).read_bytes())
    sources = tuple(Source(**{**one, "peer": Peer(**one["peer"])}) for one in raw["sources"])
    return Plan(**{**raw, "sources": sources})
