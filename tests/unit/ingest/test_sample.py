"""The sample export is what its sources build, in the shape that Telegram Desktop writes."""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from examples.anselm.build import FormatError, as_exported, as_json, build

HERE = Path(__file__).resolve().parents[3] / "examples" / "anselm"
OWNER = "user5100000001"


def test_the_export_is_built_from_the_sources() -> None:
    export, planted = build()
    assert (HERE / "result.json").read_text() == as_exported(export), "run: python examples/anselm/build.py"
    assert (HERE / "planted.json").read_text() == as_json(planted)


def test_it_has_everything_that_an_account_may_have() -> None:
    export, planted = build()
    chats = export["chats"]["list"]
    messages = [m for chat in chats for m in chat["messages"]]
    kinds = Counter(m.get("media_type") for m in messages)
    assert len(chats) >= 12
    assert {c["type"] for c in chats} >= {
        "saved_messages",
        "personal_chat",
        "private_group",
        "private_supergroup",
        "bot_chat",
    }
    assert {"sticker", "voice_message", "video_message"} <= kinds.keys()
    for field in (
        "edited",
        "forwarded_from",
        "via_bot",
        "reply_to_message_id",
        "reactions",
        "photo",
        "location_information",
    ):
        assert any(field in m for m in messages), field
    assert any(m["type"] == "service" for m in messages)
    assert "\\x0b" in (HERE / "result.json").read_text()
    assert {"phone", "email", "card", "iban", "password", "seed_phrase", "api_token", "private_link"} <= planted.keys()


def test_there_are_six_hundred_exchanges() -> None:
    count = 0
    for chat in build()[0]["chats"]["list"]:
        senders = [m["from_id"] for m in chat["messages"] if m["type"] == "message"]
        count += sum(a != OWNER == b for a, b in pairwise(senders))
    assert count >= 600


def test_consents_name_people_of_the_sample_and_leave_two_out() -> None:
    people = {m["from"] for c in build()[0]["chats"]["list"] for m in c["messages"] if "from" in m} - {
        "ParcelBot",
        "Anselm Varga",
    }
    consents = json.loads((HERE / "consents.json").read_text())
    assert people - {c["person"] for c in consents} == {"Hanneke de Vries", "Kees Mulder"}
    assert {c["person"] for c in consents} <= people
    assert all(len(c["evidence"].split()) >= 4 for c in consents)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("18:04 me: hi", "must begin with @chat"),
        ('@chat castle 1 "X"', "unknown type of chat castle"),
        ('@chat personal_chat 1 "X"\n18:04 me: hi', "before the first day"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n18:04 bob: hi', "nobody here is called bob"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n18:04 me: hi\n18:03 me: ho', "goes back in time"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n25:04 me: hi', "no time"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n18:04 me {reply ^1}: hi', "no message ^1"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n18:04 me {dance}: hi', "unknown note dance"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n18:04 me: [[phone +31]]', "not [[kind|string]]"),
        ('@chat personal_chat 1 "X"\n== 2024-01-01\n18:04 me:', "no text and no media"),
        ('@chat personal_chat 1 "X"\nwhat is this', "cannot read"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, source: str, problem: str) -> None:
    (tmp_path / "a.chat").write_text(source)
    with pytest.raises(FormatError, match=r"^a\.chat:\d+: ") as caught:
        build(tmp_path)
    assert problem in str(caught.value)
