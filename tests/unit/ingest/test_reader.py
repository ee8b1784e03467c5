from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples.generate import write_export
from services.ingest.telegram import blocks, repair
from services.ingest.telegram.items import Account, Contact, ExportedChat, RawMessages
from services.ingest.telegram.message import Message, Refused, Service, parse_message, peer, plain_text
from services.ingest.telegram.naming import chat_of, peer_of
from services.ingest.telegram.reader import ExportReader
from shared.errors import Invalid

GOOD = {
    "id": 5,
    "type": "message",
    "date": "2024-03-02T18:04:00",
    "date_unixtime": "1709402640",
    "from": "Mira",
    "from_id": "user12",
    "text": ["see ", {"type": "link", "text": "https://example.org"}, "!"],
}


def read(export: object) -> list[object]:
    return list(ExportReader(io.BytesIO(json.dumps(export).encode()), "result.json"))


def test_an_account_is_read_in_order() -> None:
    chat = {"name": "Mira", "type": "personal_chat", "id": 7, "messages": [{"id": 1}, {"id": 2, "a": [{"b": []}]}]}
    nameless = {"type": "saved_messages", "id": 8, "messages": []}
    items = read(
        {
            "about": "x",
            "personal_information": {"user_id": 3, "first_name": "Ada", "bio": None},
            "contacts": {"about": "", "list": [{"user_id": 12, "first_name": "Mira"}, {"user_id": 0}, "odd"]},
            "frequent_contacts": {"list": [{"deep": [1, {"x": 2}]}]},
            "chats": {"about": "", "list": [chat, nameless]},
            "left_chats": {"list": [{**chat, "id": 9, "messages": []}]},
        }
    )
    assert items == [
        Account(3, "Ada"),
        Contact(12, "Mira"),
        ExportedChat(7, "personal_chat", "Mira"),
        RawMessages(7, [{"id": 1}]),
        RawMessages(7, [{"id": 2, "a": [{"b": []}]}]),
        ExportedChat(8, "saved_messages"),
        ExportedChat(9, "personal_chat", "Mira"),
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(),
    lambda e: st.lists(e) | st.dictionaries(st.text(), e),
)


layouts = st.sampled_from([{"indent": 1}, {"indent": 0}, {"indent": 4}, {}, {"separators": (",", ":")}])


@given(st.lists(values), st.integers(1, 400), layouts)
def test_every_value_arrives_as_it_stands_whatever_the_layout(messages: list[Any], size: int, layout: Any) -> None:
    export = {"id": 7, "type": "personal_chat", "messages": messages, "more": messages}
    data = json.dumps(export, **layout).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repair, "CHUNK", size)
        patch.setattr(blocks, "SHORT", 1)
        items = list(ExportReader(io.BytesIO(data), "result.json"))
    found = [value for item in items if isinstance(item, RawMessages) for value in item.values]
    # A lone surrogate cannot be stored; the parser gives a question mark for it.
    assert json.dumps(found) == json.dumps(json.loads(json.dumps(messages).encode("utf-8", "replace")))


def test_as_telegram_lays_it_out_messages_come_in_runs() -> None:
    out = io.StringIO()
    write_export(out, 3_000, chats=4, seed=1)
    runs = [item for item in ExportReader(io.BytesIO(out.getvalue().encode()), "x") if isinstance(item, RawMessages)]
    expected = json.loads(out.getvalue())["chats"]["list"]
    assert [value for run in runs for value in run.values] == [m for chat in expected for m in chat["messages"]]
    assert {run.chat for run in runs} == {chat["id"] for chat in expected}
    assert len(runs) < 300


def test_a_chat_without_numbers_is_known_by_its_content() -> None:
    bare = {"messages": [{"type": "message", "date_unixtime": "1544006350", "from": "Ada", "text": "hi"}]}
    chat, run = read({"name": "Mira", **bare})
    assert chat == ExportedChat(chat_of("Mira"), "personal_chat", "Mira")
    assert isinstance(run, RawMessages)
    message = parse_message(run.chat, run.values[0])
    assert isinstance(message, Message)
    assert (message.sender, message.id < 0) == (peer_of("Ada"), True)
    assert read({"name": "Mira", **bare}) == [chat, run]


@given(st.integers(0, 300))
def test_a_file_cut_anywhere_is_an_error_of_one_line(length: int) -> None:
    data = json.dumps(
        {"personal_information": {"user_id": 1}, "chats": {"list": [{"id": 7, "type": "x", "messages": [GOOD]}]}}
    )
    short = data[: length % len(data)]
    with pytest.raises(Invalid) as caught:
        list(ExportReader(io.BytesIO(short.encode()), "my.json"))
    assert "my.json" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "example.org" not in str(caught.value), "an error never quotes a message"


def test_a_nesting_bomb_is_no_recursion() -> None:
    depth = 200_000
    data = b'{"id": 7, "type": "x", "messages": [' + b"[" * depth + b"]" * depth + b"]}"
    assert len(list(ExportReader(io.BytesIO(data), "bomb.json"))) == 2


def test_a_message_is_taken_apart() -> None:
    message = parse_message(7, {**GOOD, "reply_to_message_id": 4, "via_bot": "@gif", "media_type": "animation"})
    assert isinstance(message, Message)
    assert (message.chat, message.id, message.at, message.sender) == (7, 5, 1709402640, "user12")
    assert message.text == "see https://example.org!"
    assert (message.reply_to, message.via_bot, message.forwarded, message.media) == (4, True, False, "animation")
    assert parse_message(7, {"type": "service"}) == Service("unknown")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": None}, "id_missing"),
        ({"id": "5"}, "id_wrong"),
        ({"id": True}, "id_wrong"),
        ({"id": 1 << 70}, "id_wrong"),
        ({"type": None}, "type_missing"),
        ({"type": "unsupported"}, "type_unsupported"),
        ({"date": None, "date_unixtime": None}, "date_missing"),
        ({"date": "yesterday", "date_unixtime": None}, "date_wrong"),
        ({"date": None, "date_unixtime": "1709402640000"}, "date_wrong"),
        ({"from_id": None}, "from_id_missing"),
        ({"from_id": "bot!"}, "from_id_wrong"),
        ({"text": 3}, "text_wrong"),
        ({"text": [3]}, "text_wrong"),
        ({"text": " "}, "text_empty"),
    ],
)
def test_what_is_wrong_is_refused_with_a_reason(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_message(7, {**GOOD, **change})
    assert caught.value.reason == reason


@given(values)
def test_no_value_breaks_the_parser(value: object) -> None:
    for raw in (
        value,
        {**GOOD, "text": value},
        {**GOOD, "id": value},
        {**GOOD, "from_id": value},
        {**GOOD, "date_unixtime": value},
    ):
        try:
            message = parse_message(7, raw)
        except Refused as refused:
            assert refused.reason.startswith(refused.field)  # noqa: PT017 - most values are refused, some are not
        else:
            assert isinstance(message, Service) or message.text.encode()


def test_older_and_poorer_exports_are_read() -> None:
    old = {**GOOD, "from_id": 4325636679, "date_unixtime": None}
    message = parse_message(7, old)
    assert isinstance(message, Message)
    assert (message.sender, message.at) == ("user4325636679", 1709402640)
    assert plain_text("a\0b\ud83d") == "ab?"
    assert peer("channel12") == "channel12"
