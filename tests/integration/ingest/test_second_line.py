"""What is looked at again before a dataset is sealed, the owner's lists, and the review of what was masked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.ingest.recleaning import clean_everything_again
from shared.artifacts import ArtifactStore
from shared.contracts.ingest import ConsentGrant, Dataset, DatasetRequest
from shared.contracts.jobs import JobState
from shared.contracts.privacy import ListName
from shared.errors import Invalid
from tests.integration.ingest.conftest import BOTH, World, account, message
from tests.integration.ingest.test_datasets import dialogue, examples_of

PHONE = "+31 6 1122 3345"
LATE = 1_800_000_000


def talk(*pairs: tuple[str, ...]) -> dict[str, Any]:
    """A chat of 60 exchanges, and these in one session behind them: what Boris said, and the owner's bubbles."""
    whole = dialogue(7, 2)
    number = len(whole["messages"])
    for said, *replies in pairs:
        for sender, words in [(2, said), *((1, reply) for reply in replies)]:
            number += 1
            whole["messages"].append(message(number, sender, words, LATE))
    return whole


async def build(world: World, folder: Path, *pairs: tuple[str, ...], **options: Any) -> Dataset:
    await world.import_export(account(talk(*pairs)), folder)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    return await world.build(DatasetRequest(persona="ada", **options))


async def change_clean(world: World, number: int, words: str) -> None:
    async with world.database.transaction() as session:
        change = text("update ingest.messages set clean = :words, cleaned_with = '\\x00' where id = :id")
        await session.execute(change, {"words": words, "id": number})


async def apply(world: World) -> dict[str, Any]:
    job = await world.client.apply_lists()
    stage = world.stage(job.id, "cleaning")
    await clean_everything_again(stage)
    return (await world.client.job(job.id)).detail


async def test_what_is_not_clean_stops_the_dataset_and_is_told_without_its_words(world: World, tmp_path: Path) -> None:
    await world.import_export(account(dialogue(7, 2)), tmp_path)
    await world.client.grant(ConsentGrant(person="Boris Orlov", purposes=BOTH, evidence="said yes"))
    await change_clean(world, 6, f"answer: call Boris on {PHONE}")
    dataset = await world.build(DatasetRequest(persona="ada"))
    assert dataset.state == JobState.FAILED
    assert "hold something private: name, phone" in (dataset.error or "")
    assert PHONE not in dataset.model_dump_json()
    assert "Boris" not in dataset.model_dump_json()
    assert len(dataset.offenders) == 4, "the example itself, and those of its session that have it as context"
    assert {tuple(o.message_ids) for o in dataset.offenders} == {("7:6",)}
    assert {tuple(o.kinds) for o in dataset.offenders} == {("name", "phone")}
    assert ArtifactStore(world.settings.datasets).names() == []

    assert (await apply(world))["cleaned"] == 1
    again = await world.build(DatasetRequest(persona="ada"))
    assert (again.state, again.offenders, again.error) == (JobState.DONE, [], None)


async def test_a_system_prompt_is_looked_at_too(world: World, tmp_path: Path) -> None:
    dataset = await build(world, tmp_path, system_prompt=f"You are Ada. Your number is {PHONE}.")
    assert dataset.state == JobState.FAILED
    assert [(o.example, o.message_ids, o.kinds) for o in dataset.offenders] == [("system_prompt", [], ["phone"])]


async def test_what_bubbles_say_together_is_masked_where_they_are_joined(world: World, tmp_path: Path) -> None:
    dataset = await build(
        world,
        tmp_path,
        ("how do I get into the wifi?", "the password is", "kevinsteals2loaves", "enjoy"),
        ("and how do you write it", "like that I think"),
    )
    assert dataset.error is None
    turns = {m.content for found in examples_of(world, dataset.name).values() for e in found for m in e.messages}
    assert "the password is\n<password>\nenjoy" in turns
    page = await world.client.exchanges(limit=2_000)
    assert "the password is\n<password>\nenjoy" in {exchange.reply for exchange in page.items}


async def test_masks_and_pseudonyms_are_nothing_to_find(world: World, tmp_path: Path) -> None:
    dataset = await build(
        world,
        tmp_path,
        (f"call Boris Orlov on {PHONE}, password: hunter2!!", "passport P7203846 and P7203847, Boris"),
        ("write to bo@mail.example.org", "I wrote @boris_orlov_99 from Leonhardstraße 61, 8010 Graz"),
    )
    assert (dataset.state, dataset.error) == (JobState.DONE, None)


async def test_denied_is_masked_and_allowed_is_not_everywhere(world: World, tmp_path: Path) -> None:
    assert await world.client.phrases(ListName.DENY) == []
    added = await world.client.add_phrases(ListName.DENY, ["Project  Tulip", "4711"])
    await world.client.add_phrases(ListName.DENY, ["project tulip"])
    await world.client.add_phrases(ListName.ALLOW, [PHONE])
    assert [p.phrase for p in added] == ["4711", "Project Tulip"]
    assert len(await world.client.phrases(ListName.DENY)) == 2, "the same in another case is the same"
    sealed = await world.rows("select phrase from ingest.phrases")
    assert not any(b"Tulip" in phrase for (phrase,) in sealed)

    dataset = await build(
        world, tmp_path, (f"the shop has {PHONE} and the other +31 6 1122 3346", "PROJECT tulip is 4711, not 47110")
    )
    assert dataset.error is None
    turns = {m.content for found in examples_of(world, dataset.name).values() for e in found for m in e.messages}
    assert f"the shop has {PHONE} and the other <phone>" in turns
    assert "<private> is <private>, not 47110" in turns

    await world.client.remove_phrases(ListName.DENY, ["4711"])
    await world.client.remove_phrases(ListName.ALLOW, [PHONE])
    assert (await apply(world))["cleaned"] > 100
    stored = {clean for (clean,) in await world.rows("select clean from ingest.messages")}
    assert "<private> is 4711, not 47110" in stored
    assert "the shop has <phone> and the other <phone>" in stored
    assert (await apply(world))["cleaned"] == 0


async def test_a_name_is_allowed_where_it_is_a_place(world: World, tmp_path: Path) -> None:
    await world.client.add_phrases(ListName.ALLOW, ["Boris Station"])
    await build(world, tmp_path, ("I am at Boris Station with Boris", "ok"))
    [boris] = [p.id for p in await world.client.people() if not p.is_owner]
    stored = {clean for (clean,) in await world.rows("select clean from ingest.messages")}
    assert f"I am at Boris Station with {boris}" in stored


@pytest.mark.parametrize("phrase", ["", "x", "--", "y" * 201])
async def test_what_is_no_phrase_is_refused(world: World, phrase: str) -> None:
    with pytest.raises(Invalid):
        await world.client.add_phrases(ListName.DENY, [phrase])


async def test_the_review_shows_every_kind_and_raw_text_only_when_asked(world: World, tmp_path: Path) -> None:
    said = [(f"mine is +31 6 1122 33{n}", "noted") for n in range(40, 60)]
    await build(world, tmp_path, ("mail bo@mail.example.org", f"or call Boris, {PHONE}"), *said)
    review = await world.client.review(limit=4)
    assert review.counts == {"email": 1, "name": 1, "phone": 21}
    assert len(review.samples) == 4
    assert set().union(*(sample.masked for sample in review.samples)) == {"email", "name", "phone"}
    assert {sample.before for sample in review.samples} == {None}
    assert [s.at for s in review.samples] == sorted((s.at for s in review.samples), reverse=True)

    [sample] = (await world.client.review(kind="email", raw=True)).samples
    assert (sample.before, sample.after) == ("mail bo@mail.example.org", "mail <email>")
    assert (sample.chat, sample.message, sample.masked) == (7, 121, {"email": 1})
    assert (await world.client.review(chat=99)).counts == {}
    assert len((await world.client.review(kind="phone", chat=7, limit=5)).samples) == 5


async def test_the_review_masks_what_telegram_marked(world: World, tmp_path: Path) -> None:
    """Nothing in the words tells that these digits are a telephone number; only the export's mark does."""
    talk = dialogue(7, 2)
    talk["messages"][0]["text"] = ["mine is ", {"type": "phone", "text": "448812"}, " since today"]
    await world.import_export(account(talk), tmp_path)
    [sample] = (await world.client.review(kind="phone")).samples
    assert (sample.after, sample.masked) == ("mine is <phone> since today", {"phone": 1})
