"""Consents and datasets, seen from outside and on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.ingest.dataset.canaries import draw_canaries, planted_examples
from services.ingest.dataset.statistics import bin_names
from shared.artifacts import ArtifactStore
from shared.canaries import FILE, Canaries
from shared.contracts.ingest import ConsentGrant, DatasetRequest, Example, Purpose
from shared.contracts.jobs import JobState
from shared.errors import Conflict, ConsentMissing, NotFound
from shared.system_prompt import Register, Relation, fill, template_for
from tests.integration.ingest.conftest import BOTH, EXAMPLES, SAMPLE, World, account, chat, message

PLANTED = EXAMPLES / "anselm" / "planted.json"


def dialogue(number: int, contact: int, exchanges: int = 60, word: str = "tulip") -> dict[str, Any]:
    """A private chat in which every exchange says something else; a session is six exchanges long."""
    messages = []
    for i in range(exchanges):
        at = 1_700_000_000 + (i // 6) * 86_400
        first, second = 2 * i + 1, 2 * i + 2
        messages.append(message(first, contact, f"Question {word} {i * 7919 % 1000} about {i * i} boats?", at))
        messages.append(message(second, 1, f"answer {word} {i * 104729 % 9973} is {i**3 % 997} boats", at))
    return chat(number, *messages, name=f"Person {contact}")


def examples_of(world: World, name: str) -> dict[str, list[Example]]:
    folder = world.settings.datasets / name
    return {
        split: [Example.model_validate_json(line) for line in (folder / f"{split}.jsonl").read_text().splitlines()]
        for split in ("train", "val", "test")
    }


async def test_the_sample_becomes_a_dataset_without_anything_private(world: World) -> None:
    await world.import_file(SAMPLE)
    await world.grant_sample()
    dataset = await world.build(DatasetRequest(persona="anselm"))
    assert (dataset.name, dataset.state, dataset.error) == ("anselm-d1", JobState.DONE, None)
    assert dataset.system_prompt == template_for("Anselm")
    assert dataset.statistics is not None

    assert list(dataset.statistics.splits) == ["train", "val", "test"]
    assert list(dataset.statistics.reply_length_histogram) == bin_names()

    splits = examples_of(world, dataset.name)
    total = sum(map(len, splits.values()))
    assert total >= 600
    assert 0.07 <= len(splits["val"]) / total <= 0.13
    assert 0.07 <= len(splits["test"]) / total <= 0.13
    folder = world.settings.datasets / dataset.name
    text = "".join(file.read_text() for file in folder.iterdir() if file.is_file())
    leaked = [s for strings in json.loads(PLANTED.read_text()).values() for s in strings if s in text]
    assert leaked == []
    people = await world.client.people(names=True)
    contacts = [p.name for p in people if not p.is_owner and p.name and " " in p.name]
    assert [name for name in contacts if name in text] == []

    stored = [s for (s,) in await world.rows("select clean from ingest.messages where clean is not null")]
    assert [
        s for strings in json.loads(PLANTED.read_text()).values() for s in strings if any(s in c for c in stored)
    ] == []
    assert dataset.statistics.withheld_messages > 50, "two contacts did not consent"
    assert dataset.statistics.left_out["chat_type"] > 0
    assert {"en", "de", "ru"} <= dataset.statistics.languages.keys()


async def test_every_example_is_well_formed_and_knows_its_messages(world: World) -> None:
    await world.import_file(SAMPLE)
    await world.grant_sample()
    dataset = await world.build(DatasetRequest(persona="anselm", window=6))
    splits = examples_of(world, dataset.name)
    owner = next(p.id for p in await world.client.people() if p.is_owner)
    rows = await world.rows(
        "select chat_id || ':' || m.id, at, pseudonym from ingest.messages m join ingest.people p on p.id = sender_id"
    )
    at, sender = {key: when for key, when, _ in rows}, {key: who for key, _, who in rows}
    for example in (e for found in splits.values() for e in found):
        roles = [m.role for m in example.messages]
        assert roles == ["system"] + ["user", "assistant"] * ((len(roles) - 1) // 2)
        assert 3 <= len(roles) <= 1 + 2 * 7
        assert all(m.content.strip() for m in example.messages)
        times = [at[i] for i in example.message_ids]
        assert times == sorted(times)
        assert sender[example.message_ids[-1]] == owner
        assert set(example.people) == {sender[i] for i in example.message_ids}
    used = {split: {i for e in found for i in e.message_ids} for split, found in splits.items()}
    assert not used["train"] & used["val"]
    assert not used["train"] & used["test"]
    assert not used["val"] & used["test"]
    lineage = await world.rows("select id, split, message_ids from ingest.dataset_examples")
    assert {(i, s, tuple(m)) for i, s, m in lineage} == {
        (e.id, split, tuple(int(m.split(":")[1]) for m in e.message_ids))
        for split, found in splits.items()
        for e in found
    }
    ArtifactStore(world.settings.datasets).verify(dataset.name)
    whole = json.loads((world.settings.datasets / dataset.name / "sft_data.json").read_text())
    assert {split: len(found) for split, found in whole.items()} == {
        split: len(found) for split, found in splits.items()
    }


async def test_a_second_version_is_the_same_and_has_its_own_name(world: World) -> None:
    await world.import_file(SAMPLE)
    await world.grant_sample()
    first, second = [await world.build(DatasetRequest(persona="anselm")) for _ in range(2)]
    assert (first.name, second.name) == ("anselm-d1", "anselm-d2")
    for file in ("train.jsonl", "val.jsonl", "test.jsonl", "statistics.json"):
        one, two = ((world.settings.datasets / d.name / file).read_text() for d in (first, second))
        assert one == two
    assert [d.name for d in await world.client.datasets("anselm")] == ["anselm-d1", "anselm-d2"]
    assert await world.client.datasets("nobody") == []


async def test_canaries_are_planted_in_training_alone_and_listed_in_one_place(world: World) -> None:
    await world.import_file(SAMPLE)
    await world.grant_sample()
    plain = await world.build(DatasetRequest(persona="anselm"))
    dataset = await world.build(DatasetRequest(persona="anselm", canaries=5, canary_repeats=2))
    folder = world.settings.datasets / dataset.name
    canaries = Canaries.model_validate_json((folder / FILE).read_text())
    assert dataset.statistics is not None
    assert (dataset.statistics.canaries, dataset.statistics.canary_examples) == (5, 10)
    assert plain.statistics is not None
    assert dataset.statistics.splits == plain.statistics.splits, "what is planted is nobody's reply"
    manifest = ArtifactStore(world.settings.datasets).verify(dataset.name)
    assert (manifest["canaries"], manifest["settings"]["canary_repeats"]) == (5, 2)

    before, after = examples_of(world, plain.name), examples_of(world, dataset.name)
    planted = planted_examples(canaries, dataset.system_prompt)
    assert after == before | {"train": [*before["train"], *planted]}
    assert draw_canaries(canaries.seed, 5, 2) == canaries, "the seed is the list"
    lineage = await world.rows(f"select id from ingest.dataset_examples where dataset = '{dataset.name}'")
    assert len(lineage) == sum(map(len, before.values())), "they come from no message"

    secrets = [canary.secret for canary in canaries.canaries]
    files = [file for file in folder.iterdir() if file.is_file()]
    holding = {file.name for file in files if any(secret in file.read_text() for secret in secrets)}
    assert holding == {FILE, "train.jsonl", "sft_data.json"}
    stored = await world.rows("select request::text || statistics::text from ingest.datasets")
    assert not any(hidden in text for (text,) in stored for hidden in (*secrets, canaries.seed))
    assert not (world.settings.datasets / plain.name / FILE).exists()


async def test_without_consent_there_is_no_dataset(world: World, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no history"):
        await world.client.build_dataset(DatasetRequest(persona="ada"))
    await world.import_export(account(dialogue(7, 2)), tmp_path, consent=False)
    with pytest.raises(ConsentMissing, match="owner has not consented"):
        await world.client.build_dataset(DatasetRequest(persona="ada"))
    await world.import_export(account(dialogue(7, 2)), tmp_path, consent=True)
    with pytest.raises(ConsentMissing, match="No contact has consented"):
        await world.client.build_dataset(DatasetRequest(persona="ada"))
    with pytest.raises(NotFound, match="no chat 99"):
        await world.client.build_dataset(DatasetRequest(persona="ada", chats=[99]))
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    await world.client.build_dataset(DatasetRequest(persona="ada"))
    with pytest.raises(Conflict, match="ada-d1 is being built"):
        await world.client.build_dataset(DatasetRequest(persona="ada"))


async def test_too_few_examples_is_a_clear_error_and_leaves_no_folder(world: World, tmp_path: Path) -> None:
    await world.import_export(account(dialogue(7, 2, exchanges=5)), tmp_path)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.state == JobState.FAILED
    assert "Only 5 examples" in (dataset.error or "")
    assert dataset.path is None
    assert ArtifactStore(world.settings.datasets).names() == []


async def test_a_contact_without_consent_is_withheld_and_counted(world: World, tmp_path: Path) -> None:
    group = chat(9, message(1, 2, "secret of Boris", 1_800_000_000), message(2, 3, "Cleo asks", 1_800_000_000),
                 message(3, 1, "ada answers cleo", 1_800_000_000), message(4, 2, "Boris asks", 1_800_000_000),
                 message(5, 1, "ada answers boris", 1_800_000_000), kind="private_group", name="Group")  # fmt: skip
    await world.import_export(account(dialogue(7, 3), group), tmp_path)
    await world.client.grant(ConsentGrant(person="Cleo Marsh", purposes=BOTH, evidence="said yes"))
    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.statistics is not None
    assert dataset.statistics.withheld_messages == 2
    assert dataset.statistics.left_out["answers_withheld"] == 1
    text = (world.settings.datasets / dataset.name / "sft_data.json").read_text()
    assert "secret of" not in text
    assert "ada answers boris" not in text.lower()
    cleo = next(p.id for p in await world.client.people(names=True) if p.name == "Cleo Marsh")
    assert f"{cleo}: {cleo} asks" in text, "in a group, words stand behind their pseudonym"


async def test_consents_are_a_ledger(world: World, tmp_path: Path) -> None:
    await world.import_export(account(dialogue(7, 2), dialogue(8, 2)), tmp_path, consent=False)
    granted = await world.client.grant(
        ConsentGrant(person="Boris Orlov", chat=7, purposes=[Purpose.TRAIN], evidence="Boris said yes in writing")
    )
    assert [(c.chat, c.purpose, c.name, c.revoked_at) for c in granted] == [(7, Purpose.TRAIN, None, None)]
    assert "Boris" not in granted[0].evidence
    await world.client.grant(ConsentGrant(person=granted[0].person, purposes=BOTH, evidence="and again"))
    assert len(await world.client.consents()) == 4, "what was granted already stays as it is"
    named = await world.client.consents(names=True)
    assert named[0].name == "Boris Orlov"
    assert named[0].evidence == "Boris said yes in writing"
    revoked = await world.client.revoke(granted[0].person, 7)
    assert len(revoked) == 2
    assert all(c.revoked_at for c in revoked)
    with pytest.raises(NotFound, match="no open consent"):
        await world.client.revoke(granted[0].person, 7)
    with pytest.raises(NotFound):
        await world.client.grant(ConsentGrant(person="Nobody", purposes=BOTH, evidence="x"))
    with pytest.raises(NotFound, match="nothing in chat 99"):
        await world.client.grant(ConsentGrant(person="Boris Orlov", chat=99, purposes=BOTH, evidence="x"))


async def test_names_are_shown_only_when_asked_for(world: World, tmp_path: Path) -> None:
    await world.import_export(account(dialogue(7, 2)), tmp_path)
    assert {p.name for p in await world.client.people()} == {None}
    assert {p.name for p in await world.client.people(names=True)} == {"Ada Byron", "Boris Orlov"}
    assert [c.name for c in await world.client.chats()] == [None]
    assert [(c.id, c.name, c.messages, len(c.people)) for c in await world.client.chats(names=True)] == [
        (7, "Person 2", 120, 2)
    ]


async def test_prompts_tell_relation_and_language_and_the_owner_has_the_last_word(world: World, tmp_path: Path) -> None:
    await world.import_export(account(dialogue(7, 2), dialogue(8, 3, word="rose") | {"name": "Mama"}), tmp_path)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    await world.client.grant(ConsentGrant(person="Cleo Marsh", purposes=BOTH, evidence="said yes"))
    derived = {chat.id: (chat.relation, chat.relation_set) for chat in await world.client.chats()}
    assert derived == {7: (Relation.FRIEND, False), 8: (Relation.FAMILY, False)}
    said = await world.client.relate(7, Relation.WORK)
    assert (said.relation, said.relation_set) == (Relation.WORK, True)
    await world.import_export(account(dialogue(7, 2, exchanges=401)), tmp_path, name="newer.json")

    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.statistics is not None
    examples = [e for found in examples_of(world, dataset.name).values() for e in found]
    work, family = (fill(template_for("Ada"), Register(r, "other")) for r in (Relation.WORK, Relation.FAMILY))
    prompts = {(e.id.split("-")[0], e.messages[0].content) for e in examples}
    assert prompts == {("7", work), ("8", family)}
    assert dataset.statistics.registers == {"work other": 401, "family other": 60}
    assert dataset.statistics.measured_by.startswith("estimated")

    professional = await world.build(DatasetRequest(persona="ada-pro", relations=[Relation.WORK]))
    examples = [e for found in examples_of(world, professional.name).values() for e in found]
    assert {e.id.split("-")[0] for e in examples} == {"7"}
    with pytest.raises(NotFound, match="no chat with partner"):
        await world.client.build_dataset(DatasetRequest(persona="ada", relations=[Relation.PARTNER]))
    assert (await world.client.relate(7, None)).relation == Relation.FRIEND
    with pytest.raises(NotFound, match="no chat 99"):
        await world.client.relate(99, Relation.WORK)


async def test_edits_win_and_nothing_pairs_across_chats(world: World, tmp_path: Path) -> None:
    first, other = dialogue(7, 2), dialogue(8, 2, word="rose")
    last = 1_900_000_000
    first["messages"].append(message(121, 2, "Question tulip at last?", last))
    other["messages"].append(message(121, 1, "only said in the other chat", last + 60, reply_to_message_id=121))
    await world.import_export(account(first, other), tmp_path)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    first["messages"][1] |= {"text": "the answer as I meant it", "edited": "2023-11-15T00:00:00"}
    first["messages"].append(
        message(122, 1, "said here, to a message there", last, reply_to_message_id=7, reply_to_peer_id="channel8")
    )
    await world.import_export(account(first, other), tmp_path, name="again.json")
    dataset = await world.build(DatasetRequest(persona="ada"))
    text = (world.settings.datasets / dataset.name / "sft_data.json").read_text()
    assert "the answer as I meant it" in text
    assert first["messages"][3]["text"] in text
    assert "answer tulip 0 is 0 boats" not in text, "what was there before the edit"
    assert "only said in the other chat" not in text, "nobody asked there"
    for example in (e for found in examples_of(world, dataset.name).values() for e in found):
        assert len({number.split(":")[0] for number in example.message_ids}) == 1
        if example.id == "7-122":
            assert example.message_ids == ["7:121", "7:122"], "not what has that number here"
