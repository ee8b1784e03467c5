"""An adapter leaves this machine: only its weights, their configuration and a model card, and only if nothing speaks
against it."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.trainer import showing
from services.trainer.base_model import public_name
from services.trainer.gate import leaking
from services.trainer.model_card import About, write_card
from services.trainer.models import AdapterRow
from services.trainer.repository import Adapters, Evaluations
from services.trainer.safetensors_header import read_header
from services.trainer.saving import FILES
from services.trainer.settings import TrainerSettings
from services.trainer.starting import usable_dataset
from services.trainer.usable import require_usable
from shared.artifacts import ArtifactStore
from shared.clients.ingest import IngestClient
from shared.contracts.trainer import PUBLISHED, Evaluation, Leaks, PublishRequest
from shared.database import Database
from shared.errors import Conflict, GateRefused, Invalid, NotFound
from shared.privacy.detectors import find_in

CARD, CONFIG, WEIGHTS = PUBLISHED

#: A path of a machine, or somebody's pseudonym.
_PRIVATE = re.compile(r"(?<![\w/.:<~-])~?/(?:[\w.~-]+/)+[\w.~-]*|\buser_[0-9a-f]{4,}\b|\b[A-Za-z]:\\\\?\w")

Entries = list[tuple[str, Path | bytes]]


@dataclass(frozen=True)
class Publisher:
    """Decides whether an adapter may be published, and packs it."""

    settings: TrainerSettings
    database: Database
    ingest: IngestClient

    async def pack(self, name: str, request: PublishRequest) -> Entries:
        """What a publication consists of, checked, by file name.

        Raises:
            NotFound: there is no such adapter.
            Conflict: it learned from data that was withdrawn, or its weights are gone.
            GateRefused: it was not evaluated, leaks, or was not tested for leaks.
            Invalid: it is damaged, holds more than an adapter, or its base model has no public name.
            Unavailable: ingest cannot be asked whether its dataset still stands.
        """
        async with self.database.transaction() as session:
            row = await Adapters(session).get(name)
            evaluated = (await Evaluations(session).newest([name])).get(name)
        require_usable(row)
        await usable_dataset(self.ingest, row.dataset, row.persona)
        if evaluated is None:
            raise GateRefused(f"{name} was not evaluated.", hint=f"Run: anselm evaluate {name}")
        evaluation = showing.evaluation(evaluated)
        leaks = self._require_tight(evaluation, request)
        entries = await asyncio.to_thread(self._packed, row, evaluation, leaks, request)
        await self.ingest.published(name)
        return entries

    def _require_tight(self, evaluation: Evaluation, request: PublishRequest) -> Leaks:
        name, leaks = evaluation.adapter, evaluation.leaks
        if leaks is None:
            why = f"{name} was evaluated before leaks were measured."
            raise GateRefused(why, hint=f"Evaluate it again: anselm evaluate {name}")
        if faults := leaking(leaks, self.settings.leak_limits):
            raise GateRefused(f"{name} gives up what it was trained on: {'; '.join(faults)}.")
        if not leaks.canaries and not request.without_canaries:
            hint = "Train on one built with --canaries 8, or say --without-canaries, which the card will tell."
            raise GateRefused(f"Nobody knows whether {name} gives up secrets: its dataset has no canaries.", hint=hint)
        return leaks

    def _packed(self, row: AdapterRow, evaluation: Evaluation, leaks: Leaks, request: PublishRequest) -> Entries:
        store = ArtifactStore(self.settings.anselm_home / "adapters")
        try:
            manifest = store.verify(row.name)
        except NotFound as error:
            raise Conflict(f"The weights of {row.name} are not there any more.", hint="Train another one.") from error
        folder = store.path(row.name)
        _require_lora(folder, manifest)
        base = request.base_model or public_name(row.base_model)
        if base is None:
            hint = "Say what others know it by: --base-model OWNER/NAME."
            raise Invalid(f"{row.name} was trained on a model in a folder of this machine.", hint=hint)
        config = json.loads((folder / CONFIG).read_bytes()) | {"base_model_name_or_path": base}
        card = write_card(
            About(
                title=request.title or row.name,
                base_model=base,
                stage=row.stage,
                recipe=manifest.get("recipe", {}),
                metrics=manifest.get("metrics", {}),
                evaluation=evaluation,
                leaks=leaks,
                system_prompt=row.system_prompt if request.with_system_prompt else None,
                license=request.license,
            )
        )
        texts = {CARD: card, CONFIG: json.dumps(config, indent=2, ensure_ascii=False) + "\n"}
        for file, text in texts.items():
            _require_public(file, text)
        return [*((file, text.encode()) for file, text in texts.items()), (WEIGHTS, folder / WEIGHTS)]


def _require_lora(folder: Path, manifest: dict[str, Any]) -> None:
    """Nothing but low-rank weights may leave, in a format in which nothing can be hidden or run."""
    if sorted(manifest["files"]) != sorted(FILES):
        raise Invalid(f"{folder.name} holds other files than an adapter: {', '.join(sorted(manifest['files']))}.")
    header = read_header(folder / WEIGHTS)
    other = [name for name in header.tensors if "lora_" not in name]
    if other or not header.tensors:
        what = f"{len(other)} tensors, such as {other[0]}" if other else "no tensors"
        raise Invalid(f"{WEIGHTS} of {folder.name} holds {what}, not only those of a LoRA adapter.")
    if set(header.metadata) - {"format"}:
        raise Invalid(f"{WEIGHTS} of {folder.name} carries notes beside its tensors, which are not published.")


def _require_public(file: str, text: str) -> None:
    """Refuse what names a secret, a place on this machine or a person, without repeating it."""
    if found := find_in(text):
        kinds = ", ".join(sorted({secret.kind for secret in found}))
        raise Invalid(f"{file} would hold what looks like a secret ({kinds}).", hint="Is it in the system prompt?")
    if _PRIVATE.search(text):
        hint = "Is it in the title, the base model's name or the system prompt?"
        raise Invalid(f"{file} would hold a path of this machine or somebody's pseudonym.", hint=hint)
