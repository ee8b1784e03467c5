"""All that a reply needs, in one round trip."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from services.retrieval import memory
from shared.contracts.retrieval import ContextRequest, SearchRequest
from shared.errors import Invalid, Unauthorized
from tests.integration.retrieval.conftest import House, exchange, turn

TALK = [
    ("can you fix my bicycle wheel", "ach.. bring it round, spokes are 4 euro"),
    ("is there any bread left", "2 loaves captain.. crumb 9/10"),
    ("the boat is taking on water again", "righto.. pump first, tea later"),
    ("what did the seagull steal", "my sandwich.. kevin has no shame"),
    ("are you coming to the concert", "if the accordion survives the rain"),
]


@pytest.fixture
async def indexed(house: House) -> House:
    house.ingest.exchanges = [exchange(n, context, reply) for n, (context, reply) in enumerate(TALK)]
    await house.index()
    return house


def request(**changes: object) -> ContextRequest:
    return ContextRequest(
        **{"persona": "anselm", "conversation": "chat-7", "message": "is the bicycle done", **changes}
    )


async def test_turns_examples_and_anchors_come_together(indexed: House) -> None:
    for number in range(5):
        await memory.remember(indexed.database, turn(number))
    context = await indexed.client.context(request(turns=2))
    assert [m.content for m in context.turns] == ["question 3", "answer 3", "question 4", "answer 4"]
    assert [m.role for m in context.turns] == ["user", "assistant"] * 2
    assert context.examples[0].reply == TALK[0][1]
    assert len(context.examples) == 3
    assert len(context.anchors) == 2
    assert not {hit.id for hit in context.anchors} & {hit.id for hit in context.examples}


async def test_one_embedding_and_few_statements(indexed: House) -> None:
    indexed.embedder.asked.clear()
    statements: list[str] = []
    event.listen(indexed.database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    await memory.recall(indexed.database, indexed.embedder, request())
    assert indexed.embedder.asked == [["is the bicycle done"]]
    assert len(statements) == 3


async def test_turns_of_another_persona_or_conversation_stay_there(indexed: House) -> None:
    await memory.remember(indexed.database, turn(1))
    await memory.remember(indexed.database, turn(2, persona="mira"))
    await memory.remember(indexed.database, turn(3, conversation="chat-8"))
    context = await indexed.client.context(request())
    assert [m.content for m in context.turns] == ["question 1", "answer 1"]


async def test_a_persona_without_an_index_still_has_its_turns(house: House) -> None:
    await memory.remember(house.database, turn(1))
    context = await house.client.context(request())
    assert len(context.turns) == 2
    assert context.examples == context.anchors == []


@pytest.mark.parametrize("message", ["", "   ", "🥖", "&|!:*", "x" * 8_000, "ok"])
async def test_any_message_has_a_context(indexed: House, message: str) -> None:
    context = await indexed.client.context(request(message=message))
    assert context.anchors


async def test_nothing_asked_for_nothing_embedded(indexed: House) -> None:
    indexed.embedder.asked.clear()
    context = await indexed.client.context(request(turns=0, examples=0, anchors=0))
    assert context.turns == context.examples == context.anchors == []
    assert indexed.embedder.asked == []


async def test_text_that_cannot_be_stored_is_refused(indexed: House) -> None:
    with pytest.raises(Invalid, match="NUL"):
        await indexed.client.context(request(conversation="a\0b"))


async def test_words_find_what_vectors_would_not(indexed: House) -> None:
    hits = await indexed.client.search(SearchRequest(persona="anselm", query="accordion", k=1))
    assert hits[0].reply == TALK[4][1]


async def test_ready_names_what_is_missing(house: House) -> None:
    assert (await house.client.readiness())["ready"]

    house.embedder.missing = "There is no embedding model 'x'."
    answer = await house.client.readiness()
    assert not answer["ready"]
    assert answer["missing"] == {"embedding model": "There is no embedding model 'x'."}


async def test_the_token_is_needed(house: House) -> None:
    house.client._http.headers["Authorization"] = "Bearer wrong"
    with pytest.raises(Unauthorized):
        await house.client.context(request())
