"""What is forgotten is nowhere: searched for with code that shares nothing with the coordinator."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from services.ingest.importing import import_export
from shared.contracts.forgetting import ForgettingReceipt, SubjectKind
from shared.contracts.trainer import AdapterState
from shared.errors import NotFound
from tests.integration.forgetting.conftest import TESTER, House
from tests.integration.forgetting.scan import scan
from tests.integration.ingest.conftest import SAMPLE, message

MIRA, PRIVATE, WORKSHOP = 5100000002, 4100000001, 4200000001
#: Shorter texts are said by anybody.
LONG = 13


def written(chat: int | None = None, sender: int | None = None) -> tuple[list[str], list[str]]:
    """Texts and ``chat:message`` ids in the export, of a chat or a sender; what others wrote too is nobody's."""
    export = json.loads(SAMPLE.read_text().replace("\\x0b", " "))  # as Telegram Desktop writes it, which is no JSON
    theirs, others, ids = list[str](), list[str](), list[str]()
    for one in export["chats"]["list"]:
        for raw in one["messages"]:
            own = one["id"] == chat or raw.get("from_id") == f"user{sender}"
            said = [part if isinstance(part, str) else part["text"] for part in _parts(raw.get("text"))]
            (theirs if own else others).extend(line for part in said for line in part.split("\n"))
            if own:
                ids.append(f"{one['id']}:{raw['id']}")
    elsewhere = "\n".join(others)
    texts = sorted({one.strip() for one in theirs if len(one.strip()) >= LONG and one.strip() not in elsewhere})
    assert len(texts) > 50
    return texts, ids


def _parts(text: object) -> list[object]:
    return text if isinstance(text, list) else [text] if text else []


async def clean_texts(house: House, where: str) -> list[str]:
    """The same texts as later steps see them, where masking has changed them."""
    async with house.database.transaction() as session:
        own = {row for (row,) in await session.execute(text(f"select clean from ingest.messages m where {where}"))}
        rest = await session.execute(text(f"select clean from ingest.messages m where not ({where})"))
        others = "\n".join(row or "" for (row,) in rest)
    return [line for row in own if row for line in row.split("\n") if len(line) >= LONG and line not in others]


async def fill(house: House) -> str:
    """Everything that a person may leave; returns Mira's pseudonym."""
    await house.import_sample()
    await house.grant()
    dataset = await house.build()
    await house.index()
    await house.trainer.promote(await house.train(dataset))
    mira = next(one.id for one in await house.ingest.people(names=True) if one.name == "Mira Okafor")
    await house.talk(TESTER, "Tell me about the lanterns of October", f"Ask {mira}, she has them all")
    await house.talk("telegram-4711009999", "Have you seen Mira Okafor lately?", "not since the boat race")
    await house.prefer()
    return mira


async def test_a_contact_is_nowhere(house: House) -> None:
    mira = await fill(house)
    await house.upload_once_more()
    texts, ids = written(chat=PRIVATE, sender=MIRA)
    cleaned = await clean_texts(
        house, f"m.chat_id = {PRIVATE} or m.sender_id = (select id from ingest.people where pseudonym = '{mira}')"
    )
    needles = [*texts, *cleaned, *ids, "Mira Okafor", "Okafor", f"user{MIRA}", str(MIRA), str(PRIVATE), mira]
    before = scan(house.settings, needles, house.log)
    for needle in ("Mira Okafor", str(MIRA), mira):
        assert needle in before
    assert sum(one in before for one in texts) > 0.9 * len(texts), "the search can find what is there"
    schemas = {place.split(".")[0] for places in before.values() for place in places if "/" not in place}
    assert {"ingest", "memory", "feedback", "training"} <= schemas
    folders = {place.split("/")[-2] for places in before.values() for place in places if "/" in place}
    assert {"anselm-d1", "work"} <= folders, folders

    receipt = await house.ingest.forget("Mira Okafor")
    assert receipt.waiting == ["retrain"]
    assert scan(house.settings, needles, house.log) == {}
    assert counted(receipt)["trainer", "adapters tainted"] == 1
    assert (await house.ingest.verify(mira)).found == []
    await the_rest_follows(house, receipt)
    assert scan(house.settings, needles, house.log) == {}
    verified = await house.ingest.verify(receipt.id)
    assert verified.holds


async def the_rest_follows(house: House, receipt: ForgettingReceipt) -> None:
    """A new version takes the old one's place, and one run trains on it."""
    await house.build("anselm-d2")
    for _ in range(2):
        await house.finish(receipt.id)
    assert (await house.ingest.receipt(receipt.id)).waiting == []
    runs = [run for run in await house.trainer.runs() if run.dataset == "anselm-d2"]
    assert [run.stage for run in runs] == ["sft"]
    assert [adapter.state for adapter in await house.trainer.adapters()] == [AdapterState.TAINTED]


async def test_a_name_stays_masked_that_a_later_import_does_not_explain(house: House) -> None:
    """Only somebody else's text has the name; no contact, no sender."""
    await house.import_sample()
    await house.ingest.forget("Mira Okafor")
    said = message(1, 5100000005, "Mira's lantern is at Okafors place", name="Dev Banerjee")
    mine = message(2, 5100000001, "never heard of that", name="Anselm Varga")
    chat = {"id": 4100000002, "type": "personal_chat", "name": "Dev Banerjee", "messages": [said, mine]}
    queued = await house.ingest.send("more.json", iter([json.dumps(chat).encode()]), consent=True)
    await import_export(house.stage(queued.id, "import"), queued.id)
    done = await house.ingest.get_import(queued.id)
    assert (done.error, done.report.new + done.report.changed) == (None, 2)
    assert scan(house.settings, ["Mira", "Okafor"], house.log) == {}


async def test_a_tester_is_nowhere(house: House) -> None:
    await fill(house)
    number = TESTER.removeprefix("telegram-")
    needles = [TESTER, number, "Tell me about the lanterns of October"]
    before = scan(house.settings, needles, house.log)
    places = {place for found in before.values() for place in found}
    assert {"memory.turns", "feedback.ratings", "feedback.pairs", "redis memory", "redis anselm:bot:open"} <= places
    receipt = await house.ingest.forget(TESTER)
    assert receipt.waiting == []
    assert receipt.kind is SubjectKind.TESTER
    assert counted(receipt)["feedback", "pairs"] == 1
    assert scan(house.settings, needles, house.log) == {}
    assert (await house.ingest.verify(TESTER)).holds
    await house.talk(TESTER, "Hello, it is me again, years later", "who are you")
    assert not (await house.ingest.verify(receipt.id)).holds, "who returns is seen"


async def test_a_chat_is_nowhere(house: House) -> None:
    await fill(house)
    texts, ids = written(chat=WORKSHOP)
    cleaned = await clean_texts(house, f"m.chat_id = {WORKSHOP}")
    needles = [*texts, *cleaned, *ids, "The Workshop", str(WORKSHOP)]
    before = scan(house.settings, needles, house.log)
    assert sum(one in before for one in texts) > 0.9 * len(texts)
    receipt = await house.ingest.forget("The Workshop")
    assert receipt.kind is SubjectKind.CHAT
    assert scan(house.settings, needles, house.log) == {}
    await the_rest_follows(house, receipt)
    assert (await house.ingest.verify(str(WORKSHOP))).holds
    await house.import_sample()
    assert scan(house.settings, needles, house.log) == {}, "and stays away"


async def test_an_altered_receipt_is_seen(house: House) -> None:
    receipt = await house.ingest.forget(TESTER)
    async with house.database.transaction() as session:
        await session.execute(text("update ingest.forgettings set removed = '[]'"))
    verified = await house.ingest.verify(receipt.id)
    assert not verified.unaltered
    assert not verified.holds
    with pytest.raises(NotFound, match="no such receipt"):
        await house.ingest.verify("forget-000000000000")


def counted(receipt: ForgettingReceipt) -> dict[tuple[str, str], int]:
    return {(line.service, line.what): line.count for line in receipt.removed}
