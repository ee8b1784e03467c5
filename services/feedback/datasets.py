"""Preference datasets: folders that the trainer learns from, built of all the feedback on a persona."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from services.feedback import preferences
from services.feedback.models import DatasetRow
from services.feedback.preferences import Label, Pair
from services.feedback.repository import Datasets, Opinions
from shared.artifacts import ArtifactStore, digest_of
from shared.contracts.feedback import PreferenceDataset, PreferenceKind, PreferenceRequest
from shared.database import Database
from shared.errors import Conflict

TRAIN = "train.jsonl"

HINTS = {
    PreferenceKind.DPO: "Compare two replies or rewrite one, then try again, or ask for fewer.",
    PreferenceKind.KTO: "Rate more replies, then try again, or ask for fewer.",
}


def preferences_in(home: Path) -> ArtifactStore:
    """Where preference datasets lie."""
    return ArtifactStore(home / "preferences")


async def build(database: Database, store: ArtifactStore, request: PreferenceRequest) -> PreferenceDataset:
    """Build a dataset of all the feedback on a persona. With nothing new since the last one, that one is the answer.

    Raises:
        Conflict: there is less feedback of this kind than ``minimum``.
        StorageFull: the disk is full; nothing is left.
    """
    async with database.transaction() as session:
        datasets, opinions = Datasets(session), Opinions(session)
        await datasets.hold()
        found = preferences.rows(
            request.kind, await opinions.rated(request.persona), await opinions.compared(request.persona)
        )
        if len(found) < request.minimum:
            raise Conflict(_too_few(request, len(found)), hint=HINTS[request.kind])
        content = _jsonl(found)
        digest = digest_of({TRAIN: hashlib.sha256(content).hexdigest()})
        earlier = _whole(await datasets.standing(request.persona, request.kind), store)
        if earlier and earlier[-1].digest == digest:
            return _contract(earlier[-1], store)
        version = _free_version(store, request, await datasets.last_version(request.persona, request.kind))
        row = DatasetRow(
            name=_name(request, version),
            persona=request.persona,
            kind=request.kind,
            version=version,
            rows=len(found),
            digest=digest,
        )
        await asyncio.to_thread(_write, store, row.name, _manifest(request, found), content)
        return _contract(await datasets.add(row), store)


async def standing(database: Database, store: ArtifactStore, persona: str | None) -> list[PreferenceDataset]:
    async with database.transaction() as session:
        rows = await Datasets(session).standing(persona)
    return [_contract(row, store) for row in _whole(rows, store)]


def containing(store: ArtifactStore, sources: Collection[str]) -> dict[str, int]:
    """Datasets on disk that any of these ratings or pairs is in, with their number of rows."""
    wanted = set(sources)
    manifests = [store.manifest(name) for name in store.names()]
    return {
        manifest["name"]: manifest["rows"]
        for manifest in manifests
        if any(wanted.intersection(of_row) for of_row in manifest.get("lineage", []))
    }


def _whole(rows: Sequence[DatasetRow], store: ArtifactStore) -> list[DatasetRow]:
    """Those whose folder is there: one whose removal was killed in the middle is none any more."""
    there = set(store.names())
    return [row for row in rows if row.name in there]


def _name(request: PreferenceRequest, version: int) -> str:
    return f"{request.persona}-{request.kind}{version}"


def _free_version(store: ArtifactStore, request: PreferenceRequest, last: int) -> int:
    """The next version whose folder does not exist. One may, where a build was killed between folder and row."""
    version = last + 1
    while store.path(_name(request, version)).exists():
        version += 1
    return version


def _too_few(request: PreferenceRequest, count: int) -> str:
    kind = request.kind.upper()
    return f"Persona {request.persona!r} has feedback for {count} {kind} rows, and {request.minimum} are needed."


def _jsonl(found: Sequence[Pair] | Sequence[Label]) -> bytes:
    return "".join(json.dumps(row.trl(), ensure_ascii=False) + "\n" for row in found).encode()


def _manifest(request: PreferenceRequest, found: Sequence[Pair] | Sequence[Label]) -> dict[str, Any]:
    desirable = [row.desirable for row in found if isinstance(row, Label)]
    return {
        "persona": request.persona,
        "kind": request.kind,
        "rows": len(found),
        **({"desirable": sum(desirable), "undesirable": len(desirable) - sum(desirable)} if desirable else {}),
        "lineage": [row.sources for row in found],
    }


def _write(store: ArtifactStore, name: str, manifest: dict[str, Any], content: bytes) -> None:
    with store.write(name, manifest) as folder:
        (folder / TRAIN).write_bytes(content)


def _contract(row: DatasetRow, store: ArtifactStore) -> PreferenceDataset:
    return PreferenceDataset(
        name=row.name,
        persona=row.persona,
        kind=PreferenceKind(row.kind),
        rows=row.rows,
        path=str(store.path(row.name)),
        digest=row.digest,
        created_at=row.created_at,
    )
