"""Versions beside each other: sides that stay, what differs, the report, and what is too little."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path
from typing import Any

import pytest

from services.ingest import building, gathering
from services.ingest.dataset.files import write_examples
from shared.artifacts import ArtifactStore
from shared.contracts.ingest import ConsentGrant, Dataset, DatasetRequest
from shared.contracts.jobs import JobState
from shared.errors import Conflict, NotFound
from tests.integration.ingest.conftest import BOTH, World, account, chat, message
from tests.integration.ingest.test_datasets import dialogue, examples_of

BORIS = ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes")
CLEO = ConsentGrant(person="Cleo Marsh", purposes=BOTH, evidence="said yes")


@pytest.fixture(autouse=True)
def plots(no_plots: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATASET_PLOTS", "true")


async def imported(world: World, folder: Path, *chats: dict[str, Any], grants: tuple[ConsentGrant, ...]) -> None:
    await world.import_export(account(*chats), folder)
    for grant in grants:
        await world.client.grant(grant)


def sides(world: World, dataset: Dataset) -> dict[str, str]:
    return {e.id: split for split, found in examples_of(world, dataset.name).items() for e in found}


async def test_a_reply_stays_on_its_side_whatever_comes_and_the_difference_is_told(
    world: World, tmp_path: Path
) -> None:
    await imported(world, tmp_path, dialogue(7, 2, 120), grants=(BORIS,))
    first = await world.build(DatasetRequest(persona="ada"))
    grown = dialogue(7, 2, 150)
    grown["messages"][0]["text"] = "Question tulip, written differently"
    grown["messages"][0]["edited_unixtime"] = "1800000000"
    early = chat(8, *(message(n, 3 if n % 2 else 1, f"early word {n * 7919 % 997} and {n * n}", 1_600_000_000)
                      for n in range(1, 161)), name="Cleo Marsh")  # fmt: skip
    await imported(world, tmp_path, grown, early, grants=(CLEO,))
    second = await world.build(DatasetRequest(persona="ada", window=4))
    before, after = sides(world, first), sides(world, second)
    assert before.items() <= after.items() | {(i, s) for i, s in before.items() if i not in after}
    assert len(after) > len(before) + 60
    assert second.statistics is not None
    assert second.statistics.proof is not None
    proof = second.statistics.proof
    assert (proof.near_duplicates, proof.shared_messages, proof.moved) == (0, 0, 0)
    for name in ("val", "test"):
        assert 0.04 <= second.statistics.splits[name].examples / len(after) <= 0.16

    diff = await world.client.dataset_diff(first.name, second.name)
    assert {name: (c.before, c.after) for name, c in diff.settings.items()} == {"window": (8, 4)}
    assert diff.moved == 0
    assert diff.chats["7"].added >= 25
    assert diff.chats["7"].changed > 0, "a smaller window, and an edit"
    assert diff.chats["8"].removed == diff.chats["8"].unchanged == 0
    assert diff.statistics[1].chats["8"].keys() == {"train", "val", "test"}
    same = await world.client.dataset_diff(first.name, first.name)
    assert (same.settings, sum(c.added + c.removed + c.changed for c in same.chats.values())) == ({}, 0)

    narrow = await world.build(DatasetRequest(persona="eve", session_gap_s=3600))
    inherited = sides(world, narrow)
    assert all(after[i] == side for i, side in inherited.items() if i in after), "also with other settings and names"


async def test_the_report_is_one_page_and_files_are_served(world: World, tmp_path: Path) -> None:
    await imported(world, tmp_path, dialogue(7, 2), grants=(BORIS,))
    dataset = await world.build(DatasetRequest(persona="ada", canaries=2))
    assert (dataset.state, dataset.error) == (JobState.DONE, None)
    page = b"".join([piece async for piece in world.client.dataset_file(dataset.name, "report.html")]).decode()
    assert "<script" not in page
    assert re.findall(r'(?:src|srcset|href)="(?!data:)', page) == []
    assert page.count("data:image/png;base64,") == 6, "nothing was left out, so that is no picture"
    assert "Nothing was left out" in page
    assert "$" not in re.sub(r"base64,[^\"]*", "", page)
    png = [piece async for piece in world.client.dataset_file(dataset.name, "plots/lengths.png")]
    assert png[0].startswith(b"\x89PNG")
    lines = b"".join([piece async for piece in world.client.dataset_file(dataset.name, "train.jsonl")]).splitlines()
    assert len(lines) == len(examples_of(world, dataset.name)["train"])
    for file in ("canaries.json", "../ada-d1/manifest.json", "nothing"):
        with pytest.raises(NotFound):
            _ = [piece async for piece in world.client.dataset_file(dataset.name, file)]


async def test_many_messages_are_worked_on_by_several_processes_with_the_same_outcome(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(world, tmp_path, dialogue(7, 2), dialogue(8, 3, word="rose"), grants=(BORIS, CLEO))
    alone = await world.build(DatasetRequest(persona="ada"))
    monkeypatch.setattr(gathering, "FEW", 0)
    together = await world.build(DatasetRequest(persona="ada"))
    files = [{name: digest for name, digest in ArtifactStore(world.settings.datasets).verify(d.name)["files"].items()
              if name.endswith((".jsonl", "sft_data.json", "statistics.json"))} for d in (alone, together)]  # fmt: skip
    assert files[0] == files[1]
    assert len(files[0]) == 5


@pytest.mark.parametrize(
    ("history", "told"),
    [
        (dialogue(7, 2, 20)["messages"][:38], "Only 19 examples, at least 20 are needed"),
        (
            [m | {"date_unixtime": str(1_700_000_000 + 60 * m["id"])} for m in dialogue(7, 2, 30)["messages"]],
            "All 30 examples lie in 1 conversation, so that",
        ),
    ],
    ids=["too few", "one thread"],
)
async def test_what_is_too_little_is_told_with_what_is_needed(
    world: World, tmp_path: Path, history: list[dict[str, Any]], told: str
) -> None:
    await imported(world, tmp_path, chat(7, *history), grants=(BORIS,))
    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.state == JobState.FAILED
    assert told in (dataset.error or "")
    assert ArtifactStore(world.settings.datasets).names() == []
    assert list(world.settings.datasets.iterdir()) == [], "nothing is left half made"
    with pytest.raises(Conflict, match="is not built"):
        await world.client.dataset_diff(dataset.name, dataset.name)


async def test_a_full_disk_is_told_and_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await imported(world, tmp_path, dialogue(7, 2), grants=(BORIS,))

    def full(*arguments: Any) -> None:
        write_examples(*arguments)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(building, "write_examples", full)
    dataset = await world.build(DatasetRequest(persona="ada"))
    assert (dataset.state, "The disk is full" in (dataset.error or "")) == (JobState.FAILED, True)
    assert list(world.settings.datasets.iterdir()) == []
    assert await world.rows("select 1 from ingest.sides") == []
    monkeypatch.undo()
    assert (await world.build(DatasetRequest(persona="ada"))).state == JobState.DONE
    assert json.loads((world.settings.datasets / "ada-d2" / "manifest.json").read_text())["version"] == 2
