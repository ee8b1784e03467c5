"""The files of a dataset version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from services.ingest.dataset.statistics import draw_histogram
from shared.canaries import FILE, Canaries
from shared.contracts.ingest import DatasetStatistics, Example


def write_files(
    folder: Path,
    name: str,
    splits: Mapping[str, Sequence[Example]],
    canaries: Canaries,
    statistics: DatasetStatistics,
) -> None:
    """Write ``sft_data.json`` (all splits), ``<split>.jsonl`` for axolotl's ``chat_template`` type with
    ``field_messages: messages``, ``statistics.json`` and ``statistics.svg``; ``canaries.json`` if any were planted."""
    dumped = {split: [example.model_dump(mode="json") for example in examples] for split, examples in splits.items()}
    _write(folder / "sft_data.json", json.dumps(dumped, ensure_ascii=False, indent=1) + "\n")
    for split, examples in dumped.items():
        lines = (json.dumps(example, ensure_ascii=False) + "\n" for example in examples)
        _write(folder / f"{split}.jsonl", "".join(lines))
    _write(folder / "statistics.json", statistics.model_dump_json(indent=2) + "\n")
    if canaries.canaries:
        _write(folder / FILE, canaries.model_dump_json(indent=1) + "\n")
    _write(folder / "statistics.svg", draw_histogram(statistics.reply_length_histogram, name))


def _write(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")
