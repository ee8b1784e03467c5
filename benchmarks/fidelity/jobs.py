"""A job is one measurement of one voice. Its outcome is a file named by all that it depends on, made only once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from benchmarks.fidelity.measuring import Outcome, Size
from benchmarks.fidelity.variants import VARIANTS, Variant

BASE = "base"
ROOT = Path(__file__).resolve().parents[2]
#: What decides an outcome: a change in any of it makes all outcomes anew.
DECIDING = (
    "benchmarks/fidelity/[!_]*.py", "services/ingest/dataset/*.py", "services/ingest/cleaning/*.py",
    "services/trainer/recipes/smollm2-cpu.yaml", "services/trainer/prompts.py", "services/trainer/training_rows.py",
    "services/trainer/voice.py", "shared/system_prompt.py",
)  # fmt: skip
#: Of the benchmark itself, what only plans and tells.
TELLING = ("jobs.py", "report.py", "intervals.py")


@dataclass(frozen=True)
class Job:
    """``model`` is learned on; ``variant`` is the name of one, or ``BASE``; ``budget``: tokens read in training."""

    model: str
    variant: str
    persona: str
    seed: int
    budget: int
    size: Size

    def file(self, folder: Path) -> Path:
        facts = asdict(self) | {"settings": _settings(self.variant), "code": code_version()}
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
        return folder / f"{self.persona}.{self.variant.replace(' ', '-')}.{self.seed}.{digest}.json"


@dataclass(frozen=True)
class Measured:
    """``details`` are what a reader may want to know of a run: tokens, steps, seconds, the prompt that was best."""

    outcome: Outcome
    details: dict[str, Any]


_MEASURED = TypeAdapter(Measured)


def variant_of(job: Job) -> Variant:
    return VARIANTS[job.variant]


def keep(job: Job, folder: Path, measured: Measured) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scratch = job.file(folder).with_suffix(f".{os.getpid()}")
    scratch.write_bytes(_MEASURED.dump_json(measured, indent=1))
    scratch.replace(job.file(folder))


def kept(job: Job, folder: Path) -> Measured | None:
    file = job.file(folder)
    return _MEASURED.validate_json(file.read_bytes()) if file.is_file() else None


def planned(
    model: str, variants: Sequence[str], personas: Sequence[str], seeds: int, budget: int, size: Size
) -> Iterator[Job]:
    """Seed by seed, so that what is interrupted has something of everything."""
    for seed in range(seeds):
        for persona in personas:
            for variant in variants:
                yield Job(model, variant, persona, seed, budget if variant != BASE else 0, size)


@cache
def code_version() -> str:
    files = sorted(file for pattern in DECIDING for file in ROOT.glob(pattern) if file.name not in TELLING)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def _settings(variant: str) -> dict[str, Any]:
    return asdict(VARIANTS[variant]) if variant in VARIANTS else {}
