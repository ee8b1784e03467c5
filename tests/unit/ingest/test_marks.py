"""What Telegram marked in a text reaches the cleaning, and comes back from an export of our own."""

from __future__ import annotations

from typing import Any

import pytest

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.telegram.marks import evidence_of
from services.ingest.telegram.message import Message, parse_message
from services.ingest.telegram.shape import write_message

PHONE = {"type": "phone", "text": "5-55"}
PRIVATE = {"type": "text_link", "text": "here", "href": "https://t.me/+Js0mBGFL9SjMTSGw"}
PUBLIC = {"type": "text_link", "text": "there", "href": "https://en.wikipedia.org/wiki/Boat"}


def parsed(text: Any) -> Message:
    raw = {"id": 7, "type": "message", "date_unixtime": "1700000000", "from_id": "user1", "text": text}
    message = parse_message(1, raw)
    assert isinstance(message, Message)
    return message


def cleaned(message: Message) -> str:
    return Cleaner.of([]).clean(message.text, (), evidence_of(message.details)).text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (["ask ", PHONE, " now"], "ask <phone> now"),
        ([{"type": "bold", "text": "b\0"}, " ", PHONE], "b <phone>"),
        (["join ", PRIVATE, " or ", PUBLIC], "join <link> or there"),
        ([{"type": "bank_card", "text": "4242"}, " / ", {"type": "email", "text": "me@home"}], "<card> / <email>"),
        ("ask 5-55 now", "ask 5-55 now"),
    ],
)
def test_what_is_marked_is_masked_though_the_detectors_doubt(text: Any, clean: str) -> None:
    assert cleaned(parsed(text)) == clean


def test_messages_without_marks_have_no_details_for_it() -> None:
    assert parsed([{"type": "bold", "text": "hello"}]).details is None
    assert parsed("hello").details is None


def test_marks_survive_an_export_of_our_own() -> None:
    message = parsed(["ask ", PHONE, " ", PRIVATE])
    again = parse_message(1, write_message(message, "Ann"))
    assert again == message
