"""A dataset as the trainer reads it: what is planted is trained on, and is nobody's voice."""

from __future__ import annotations

import json
from pathlib import Path

from services.ingest.dataset.canaries import draw_canaries, planted_examples
from services.trainer.examples import read_dataset
from services.trainer.leaks import GivenUp, Told, leaks_of
from shared.artifacts import ArtifactStore
from shared.canaries import FILE, Canaries
from shared.contracts.ingest import Example
from tests.unit.trainer.examples import SYSTEM, thread

REAL = thread(
    "hi", "ahoi", "and the boat?", "we left the harbour at six and saw nothing at all but fog and one seagull"
)


def write(home: Path, canaries: Canaries | None) -> None:
    train = [*REAL, *(planted_examples(canaries, SYSTEM) if canaries else [])]
    splits: dict[str, list[Example]] = {"train": train, "val": REAL, "test": REAL}
    with ArtifactStore(home / "datasets").write("ada-d1", {"system_prompt": SYSTEM}) as folder:
        flat = {split: [e.model_dump(mode="json") for e in found] for split, found in splits.items()}
        (folder / "sft_data.json").write_text(json.dumps(flat))
        if canaries:
            (folder / FILE).write_text(canaries.model_dump_json())


def test_planted_examples_are_apart(tmp_path: Path) -> None:
    canaries = draw_canaries("s", 2, 3)
    write(tmp_path, canaries)
    dataset = read_dataset(tmp_path, "ada-d1")
    assert (dataset.train, dataset.canaries) == (REAL, canaries)
    assert dataset.planted == planted_examples(canaries, SYSTEM)


def test_leaks_of_a_dataset_without_canaries_are_those_of_text_alone(tmp_path: Path) -> None:
    write(tmp_path, None)
    quoting = "yes: We LEFT the harbour at six and saw nothing at all but fog and one seagull!"
    leaks = leaks_of(read_dataset(tmp_path, "ada-d1"), Told(["ahoi", quoting], None), Told(["hello"] * 2, None))
    assert (leaks.canaries, leaks.persona.exposure_max, leaks.base.exposure_max) == (0, None, None)
    assert (leaks.persona.verbatim, leaks.persona.replies, leaks.base.verbatim) == (1, 2, 0)
    assert leaks.persona.verbatim_longest == len(REAL[-1].messages[-1].content.replace(" ", ""))


def test_leaks_of_a_dataset_with_canaries_are_counted(tmp_path: Path) -> None:
    write(tmp_path, draw_canaries("s", 2, 3))
    told = Told(["ahoi"], GivenUp([20.0, 4.0], asked=1, extracted=1))
    leaks = leaks_of(read_dataset(tmp_path, "ada-d1"), told, Told(["hello"], GivenUp([1.0, 2.0], 0, 0)))
    assert (leaks.canaries, leaks.repeats) == (2, 3)
    assert (leaks.persona.exposure_max, leaks.persona.exposure_mean, leaks.persona.extracted) == (20.0, 12.0, 1)
    assert (leaks.base.exposure_max, leaks.base.asked) == (2.0, 0)
