"""A dataset folder, as ingest wrote it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from shared.artifacts import ArtifactStore
from shared.canaries import FILE, Canaries
from shared.contracts.ingest import Example
from shared.errors import Invalid

_EXAMPLES = TypeAdapter(list[Example])


@dataclass(frozen=True)
class Dataset:
    """The examples of a persona; each ends with a real reply of the owner, except those that are ``planted``: they hold
    the ``canaries``, are trained on beside ``train``, and are nobody's voice."""

    name: str
    system: str
    train: list[Example]
    val: list[Example]
    test: list[Example]
    planted: list[Example] = field(default_factory=list)
    canaries: Canaries | None = None


@dataclass(frozen=True)
class HeldOut:
    """Examples that nobody trained on; ``split`` says where they come from."""

    split: str
    examples: list[Example]


def read_dataset(home: Path, name: str) -> Dataset:
    """A dataset whose files are as they were written.

    Raises:
        NotFound: there is no such dataset.
        Invalid: it is damaged, or has nothing to learn from.
    """
    store = ArtifactStore(home / "datasets")
    manifest = store.verify(name)
    file = store.path(name) / "sft_data.json"
    try:
        content = json.loads(file.read_bytes())
        splits = {split: _EXAMPLES.validate_python(content[split]) for split in ("train", "val", "test")}
        canaries = _canaries(store.path(name) / FILE)
        names = {name for canary in canaries.canaries for name in canary.examples} if canaries else set()
        planted = [example for example in splits["train"] if example.id in names]
        splits["train"] = [example for example in splits["train"] if example.id not in names]
        dataset = Dataset(name, manifest["system_prompt"], **splits, planted=planted, canaries=canaries)
    except (OSError, ValueError, KeyError) as error:
        raise Invalid(f"{file} cannot be read: {_reason(error)}.", hint="Build a new dataset.") from error
    if not dataset.train:
        raise Invalid(f"Dataset {name} has no training examples.", hint="Import more history, then build a new one.")
    return dataset


def held_out(dataset: Dataset, count: int) -> HeldOut:
    """The same ``count`` examples every time: of the test split, and of the validation split where that is too small.

    Raises:
        Invalid: there is nothing held out.
    """
    enough = len(dataset.test) >= count
    pool = dataset.test if enough else [*dataset.test, *dataset.val]
    if not pool:
        raise Invalid(f"Dataset {dataset.name} has no held-out examples.", hint="Import more history.")
    return HeldOut("test" if enough else "test+val", spread(pool, count))


def spread(examples: Sequence[Example], count: int) -> list[Example]:
    """``count`` examples in an order that depends on nothing but their ids."""
    return sorted(examples, key=lambda e: hashlib.sha256(e.id.encode()).digest())[:count]


def _canaries(file: Path) -> Canaries | None:
    return Canaries.model_validate_json(file.read_bytes()) if file.exists() else None


def _reason(error: Exception) -> str:
    """What is wrong, without quoting what somebody wrote."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
    return f"{type(error).__name__} {error}"
