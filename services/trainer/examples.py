"""A dataset folder, as ingest wrote it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from shared.artifacts import ArtifactStore
from shared.contracts.ingest import Example
from shared.errors import Invalid

_EXAMPLES = TypeAdapter(list[Example])


@dataclass(frozen=True)
class Dataset:
    """The examples of a persona; each ends with a real reply of the owner."""

    name: str
    system: str
    train: list[Example]
    val: list[Example]
    test: list[Example]


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
        dataset = Dataset(name=name, system=manifest["system_prompt"], **splits)
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


def _reason(error: Exception) -> str:
    """What is wrong, without quoting what somebody wrote."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
    return f"{type(error).__name__} {error}"
