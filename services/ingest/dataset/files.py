"""The files of a dataset version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from services.ingest.dataset.portions import EXAMPLES, LINEAGE
from services.ingest.dataset.sides import Sided
from services.ingest.dataset.splits import SPLITS
from shared.canaries import FILE, Canaries
from shared.contracts.ingest import DatasetStatistics, Example

WHOLE = "sft_data.json"


def write_examples(folder: Path, portions: Path, sided: Sided, planted: Sequence[Example]) -> None:
    """Write ``<split>.jsonl``, an example a line, for axolotl's ``chat_template`` type with ``field_messages:
    messages``, and ``sft_data.json``, which has the same lines as one document.

    Args:
        portions: the folder with the chats' examples.
        planted: training examples that are in no chat.
    """
    with ExitStack() as stack:
        files = {side: stack.enter_context((folder / f"{side}.jsonl").open("wb")) for side in SPLITS}
        for line, side in _placed(portions, sided, EXAMPLES):
            files[side].write(line)
        files["train"].writelines(example.model_dump_json().encode() + b"\n" for example in planted)
    with (folder / WHOLE).open("wb") as whole:
        for number, side in enumerate(SPLITS):
            whole.write(b',\n"%s": [' % side.encode() if number else b'{"%s": [' % side.encode())
            with (folder / f"{side}.jsonl").open("rb") as lines:
                whole.writelines(_as_list(lines))
            whole.write(b"\n]")
        whole.write(b"}\n")


def write_statistics(folder: Path, statistics: DatasetStatistics, canaries: Canaries) -> None:
    """Write ``statistics.json``, and ``canaries.json`` if any were planted."""
    (folder / "statistics.json").write_text(statistics.model_dump_json(indent=2) + "\n", encoding="utf-8")
    if canaries.canaries:
        (folder / FILE).write_text(canaries.model_dump_json(indent=1) + "\n", encoding="utf-8")


def lineage_rows(portions: Path, sided: Sided, name: str) -> Iterator[bytes]:
    """Rows of ``dataset_examples`` as ``Datasets.set_lineage`` takes them."""
    ends = {side: f"{name}\t{side}\n".encode() for side in SPLITS}
    return (line[:-1] + ends[side] for line, side in _placed(portions, sided, LINEAGE))


def _placed(portions: Path, sided: Sided, suffix: str) -> Iterator[tuple[bytes, str]]:
    for portion, placed in zip(sided.portions, sided.placed, strict=True):
        with (portions / str(portion.chat)).with_suffix(suffix).open("rb") as lines:
            for line, side in zip(lines, placed, strict=True):
                if side is not None:
                    yield line, side


def _as_list(lines: Iterable[bytes]) -> Iterator[bytes]:
    for number, line in enumerate(lines):
        yield (b",\n" if number else b"\n") + line[:-1]
