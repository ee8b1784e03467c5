"""Exports that other tools made and three personas, from ``ANSELM_TEST_DATA``: every count against one of our own."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.ingest import ConsentGrant, DatasetRequest
from shared.contracts.jobs import JobState
from tests.integration.ingest.conftest import BOTH, World
from tests.integration.ingest.test_export import empty, stored, taken_out

DATA = os.environ.get("ANSELM_TEST_DATA")
pytestmark = pytest.mark.skipif(DATA is None, reason="ANSELM_TEST_DATA is not set")
FOLDER = Path(DATA or ".")
PERSONAS = [
    f"personas/{name}/result_{part}.json" for name in ("lovell", "sitelew", "socrates") for part in ("train", "valid")
]
OWNERS = {
    "exports/personal_chat_2020.json": "Henry",
    "exports/personal_chat_2023.json": "user6565661032",
    "exports/personal_chat_rich_ru.json": None,
    "exports/personal_chat_small.json": "Bob",
    "exports/personal_chat_tgparser.json": "user111",
    # Cut down by hand for another tool's tests: neither chats nor messages have an id.
    "exports/full_account_small.json": "Author 1",
    "exports/single_chat_small.json": "Author 1",
}


def messages_in(file: Path) -> Iterator[tuple[Any, dict[str, Any]]]:
    raw = json.loads(file.read_text())
    for chat in raw["chats"]["list"] if "chats" in raw else [raw]:
        for message in chat["messages"]:
            known = {} if "id" in chat else {"id": 0, "from_id": message["from"]}
            yield chat.get("id"), {**known, **message}


def expected(file: Path) -> Counter[str]:
    """What should become of every message, told by a few plain rules."""
    found: Counter[str] = Counter()
    for _, message in messages_in(file):
        found["read"] += 1
        text = message.get("text", "")
        written = text if isinstance(text, str) else "".join(p if isinstance(p, str) else p["text"] for p in text)
        bare = message.keys() - {"id", "type", "from", "from_id", "text", "text_entities", "reactions"}
        media = [
            k for k in bare if not k.startswith(("date", "edited", "reply", "forwarded", "saved", "via", "inline"))
        ]
        dated = message.keys() & {"date", "date_unixtime"}
        if message.get("type") == "service":
            found["service"] += 1
        elif (
            message["type"] == "message"
            and {"id", "from_id"} <= message.keys()
            and dated
            and (written.strip() or media)
        ):
            found["new"] += 1
            found["media_only"] += not written.strip()
        else:
            found["refused"] += 1
    return found


@pytest.mark.parametrize("name", [*OWNERS, *PERSONAS])
async def test_every_message_is_accounted_for(world: World, name: str) -> None:
    file = FOLDER / name
    imported = await world.import_file(file, owner=OWNERS.get(name))
    assert imported.state == JobState.DONE, imported.error
    report, want = imported.report, expected(file)
    counts = {"read": report.read, "new": report.new, "service": report.service, "media_only": report.media_only}
    assert counts == {key: want[key] for key in counts}
    assert sum(report.refused.values()) == want["refused"]
    assert await world.rows("select count(*) from ingest.messages") == [(want["new"],)]
    again = await world.import_file(file, owner=OWNERS.get(name))
    assert (again.report.new, again.report.changed, again.report.unchanged) == (0, 0, want["new"])


@pytest.mark.parametrize("name", [*OWNERS, *(name for name in PERSONAS if "valid" in name or "sitelew" in name)])
async def test_every_export_goes_out_and_in_and_out_again_the_same(world: World, tmp_path: Path, name: str) -> None:
    await world.import_file(FOLDER / name, owner=OWNERS.get(name))
    first, before = await taken_out(world), await stored(world)
    await empty(world)
    (tmp_path / "out.json").write_bytes(first)
    await world.import_file(tmp_path / "out.json")
    assert await taken_out(world) == first
    assert await stored(world) == before


@pytest.mark.parametrize("persona", ["lovell", "sitelew", "socrates"])
async def test_every_persona_becomes_a_dataset(world: World, persona: str) -> None:
    imported = await world.import_file(FOLDER / f"personas/{persona}/result_train.json")
    for person in await world.client.people():
        if not person.is_owner:
            await world.client.grant(ConsentGrant(person=person.id, purposes=BOTH, evidence="published"))
    dataset = await world.build(DatasetRequest(persona=persona))
    assert dataset.state == JobState.DONE, dataset.error
    assert dataset.statistics is not None
    sizes = {split: figures.examples for split, figures in dataset.statistics.splits.items()}
    total = sum(sizes.values())
    assert total > 0.25 * imported.report.from_owner
    assert 0.06 * total <= sizes["val"] <= 0.14 * total
    assert 0.06 * total <= sizes["test"] <= 0.14 * total
