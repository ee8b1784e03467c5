"""What the untuned model with a good prompt makes of a dataset: asked once, kept for every evaluation on it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from services.trainer.leaks import GivenUp
from services.trainer.settings import TrainerSettings
from shared.artifacts import ArtifactStore
from shared.errors import Conflict


@dataclass(frozen=True)
class Baseline:
    """``replies`` answer the held-out examples, ``training_replies`` some of the training split; ``given_up`` is of the
    dataset's canaries, where it has any."""

    replies: list[str]
    training_replies: list[str]
    nll: float
    latency_s: float
    given_up: GivenUp | None = None


_BASELINE = TypeAdapter(Baseline)


def baseline_name(dataset: str, base_model: str, settings: TrainerSettings) -> str:
    """Names the baseline by everything that its content depends on."""
    parts = [base_model, settings.heldout_messages, settings.reply_tokens, settings.reply_temperature]
    parts += [settings.leak_alternatives, settings.leak_attempts]
    return f"{dataset}.{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]}"


def read_baseline(settings: TrainerSettings, name: str) -> Baseline | None:
    store = baseline_store(settings)
    if name not in store.names():
        return None
    store.verify(name)
    return _BASELINE.validate_json((store.path(name) / "baseline.json").read_bytes())


def keep_baseline(settings: TrainerSettings, name: str, dataset: str, baseline: Baseline) -> None:
    try:
        with baseline_store(settings).write(name, {"dataset": dataset}) as folder:
            (folder / "baseline.json").write_bytes(_BASELINE.dump_json(baseline, indent=1))
    except Conflict:
        # An evaluation was faster; what it kept is as good.
        return


def forget_baselines(settings: TrainerSettings, dataset: str) -> None:
    """Remove the replies that a tainted dataset gave rise to."""
    store = baseline_store(settings)
    for name in store.names():
        if store.manifest(name)["dataset"] == dataset:
            store.remove(name)


def baseline_store(settings: TrainerSettings) -> ArtifactStore:
    folder: Path = settings.runs_folder / "baselines"
    return ArtifactStore(folder)
