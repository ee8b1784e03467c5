"""Whatever is done to an export: what can be taken is taken, and the rest is one clear error."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.generate import write_export
from services.ingest.telegram.items import RawMessages
from services.ingest.telegram.message import Message, Refused, Service, parse_message
from services.ingest.telegram.reader import ExportReader
from shared.errors import Invalid


def export(messages: int = 40) -> bytes:
    out = io.StringIO()
    write_export(out, messages, chats=3, seed=5)
    return out.getvalue().encode()


def taken(data: bytes) -> list[Message]:
    """What an import would take; ``Invalid`` is the only error."""
    found = []
    for item in ExportReader(io.BytesIO(data), "result.json"):
        for raw in item.values if isinstance(item, RawMessages) else ():
            try:
                message = parse_message(7, raw)
            except Refused:
                continue
            if isinstance(message, Message):
                json.dumps(message).encode()
                found.append(message)
    return found


@contextmanager
def one_clear_error() -> Iterator[None]:
    """What happens within, or one line that says why not."""
    said = ""
    try:
        yield
    except Invalid as error:
        said = str(error)
    assert "\n" not in said


WHOLE = export()


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_flipped_bytes(flips: list[tuple[int, int]]) -> None:
    data = bytearray(WHOLE)
    for place, byte in flips:
        data[place] = byte
    with one_clear_error():
        assert len(taken(bytes(data))) <= 40


@settings(max_examples=100)
@given(st.integers(1, len(WHOLE) - 3))
def test_a_truncated_export_is_never_taken_for_whole(length: int) -> None:
    with pytest.raises(Invalid):
        taken(WHOLE[:length])


@settings(max_examples=100)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=40))
def test_inserted_bytes(place: int, more: bytes) -> None:
    with one_clear_error():
        assert len(taken(WHOLE[:place] + more + WHOLE[place:])) <= 40


def one(**changes: Any) -> bytes:
    message = {"id": 1, "type": "message", "date_unixtime": "1600000000", "from": "A", "from_id": "user1", "text": "x"}
    chat = {"id": 7, "type": "personal_chat", "messages": [message, {**message, "id": 2, **changes}, message]}
    return json.dumps(chat, indent=1).encode()


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"text": "y" * 10 * 1024**2}, 3),
        ({"text": ["\ud83d", {"text": "\udc00 tail"}]}, 3),
        ({"id": 1}, 3),
        ({"date_unixtime": "253402300799"}, 2),
        ({"date_unixtime": None, "date": "9999-12-31T23:59:59"}, 2),
        ({"date_unixtime": None, "date": "0001-01-01T00:00:00"}, 2),
        ({"date_unixtime": "1" * 5_000}, 2),
        ({"id": 10**40}, 2),
        ({"id": 1e308}, 2),
        ({"poll": {"question": [], "answers": {"a": 1}}}, 3),
        ({"reactions": [[], {"emoji": {}}, {"emoji": "👍", "count": -(2**70)}]}, 3),
        ({"text_entities": [{"type": "mention_name", "user_id": "x"}, 5, None]}, 3),
        ({"reply_to_peer_id": "channel99999999999999999999", "reply_to_message_id": "x"}, 3),
    ],
)
def test_strange_values_cost_at_most_their_message(changes: dict[str, Any], count: int) -> None:
    assert len(taken(one(**changes))) == count


@pytest.mark.parametrize("depth", [2_000, 300_000])
def test_a_depth_bomb_is_one_refused_message(depth: int) -> None:
    bomb = one(text="BOMB").replace(b'"BOMB"', b"[" * depth + b"]" * depth)
    assert len(taken(bomb)) == 2


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(messages: int) -> int:
        data = export(messages)
        tracemalloc.start()
        try:
            for item in ExportReader(io.BytesIO(data), "x"):
                assert not isinstance(item, Service)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(24_000) < 1.5 * peak(6_000)
