"""What is written in the shape of Telegram Desktop is read as what was stored."""

from __future__ import annotations

import io
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.telegram.details import KEPT
from services.ingest.telegram.message import MEDIA_FIELDS, Message, Refused, parse_message
from services.ingest.telegram.reader import ExportReader
from services.ingest.telegram.shape import full_name, write_account, write_contacts, write_message, write_topic
from services.ingest.telegram.survey import Profile, Survey, _describe

plain = st.text(max_size=8) | st.integers(-5, 2**40) | st.booleans()
reactions = st.lists(st.fixed_dictionaries({"type": st.just("emoji"), "count": st.integers(1, 9), "emoji": st.text()}))
poll = st.fixed_dictionaries(
    {"question": st.text(), "total_voters": st.integers(0, 9), "answers": st.lists(st.dictionaries(st.text(), plain))}
)
raw_messages = st.fixed_dictionaries(
    {
        "id": st.integers(-(2**40), 2**40),
        "type": st.just("message"),
        "date_unixtime": st.integers(631_152_000, 4_102_444_800).map(str),
        "from_id": st.sampled_from(["user12", "channel7", "chat3", 99]),
        "text": st.text() | st.lists(st.text() | st.fixed_dictionaries({"type": st.just("bold"), "text": st.text()})),
    },
    optional={
        "edited_unixtime": st.integers(631_152_000, 4_102_444_800).map(str),
        "reply_to_message_id": st.integers(-9, 2**40),
        "reply_to_peer_id": st.sampled_from(["user7", "channel8", "chat9", "odd", 4]),
        "forwarded_from": st.none() | st.text(),
        "saved_from": st.text(),
        "via_business_bot": st.text(),
        "media_type": st.sampled_from(["sticker", "voice_message", "poll", "photo", "", 3]),
        "reactions": reactions,
        "poll": poll | st.integers(),
        **dict.fromkeys({*KEPT, *MEDIA_FIELDS} - {"poll"}, plain),
    },
)


@given(raw_messages, st.sampled_from(["", "personal_chat", "private_group", "private_supergroup"]))
def test_a_message_that_is_written_is_read_as_the_same(raw: dict[str, Any], reply_type: str) -> None:
    try:
        message = parse_message(7, raw)
    except Refused:
        return
    assert isinstance(message, Message)
    written = write_message(message, "Mira", reply_type)
    again = parse_message(7, orjson.loads(orjson.dumps(written)))
    assert again == message
    assert write_message(again, "Mira", reply_type) == written


def test_an_ordinary_message_looks_as_telegram_desktop_writes_it() -> None:
    text = {"text": "look", "text_entities": [{"type": "plain", "text": "look"}]}
    photo = {"photo": "photos/1.jpg", "width": 800, "height": 600}
    raw = {
        "id": 5,
        "type": "message",
        "date": "2024-03-02T18:04:00",
        "date_unixtime": "1709402640",
        "edited": "2024-03-02T18:05:00",
        "edited_unixtime": "1709402700",
        "from": "Mira",
        "from_id": "user12",
        "reply_to_message_id": 4,
        "reply_to_peer_id": "chat9",
        **photo,
        **text,
        "reactions": [{"type": "emoji", "count": 2, "emoji": "❤"}],
    }
    message = parse_message(7, raw)
    assert isinstance(message, Message)
    assert write_message(message, "Mira", "private_group") == raw


def test_a_topic_is_the_service_message_that_opened_it() -> None:
    service = parse_message(7, write_topic(12, "Plans"))
    assert service == ("topic_created", 12, "Plans")


def test_a_person_has_their_display_name_and_every_other() -> None:
    known = Profile(["Mi", "Mira Okafor", "Mira O."], "Mira")
    assert full_name(known) == "Mira Okafor"
    assert full_name(Profile(["nick", "Boris"])) == "nick"
    assert full_name(Profile()) is None
    assert list(write_contacts(5, known, owner=False)) == [
        {"user_id": 5, "first_name": "Mira", "last_name": "Okafor"},
        {"user_id": 5, "first_name": "", "last_name": "Mi"},
        {"user_id": 5, "first_name": "", "last_name": "Mira O."},
        {"user_id": 5, "first_name": "Mira", "last_name": "Okafor"},
    ]
    assert list(write_contacts(5, Profile(["Ada Byron"], "Ada", "adab"), owner=True)) == []
    account = {"user_id": 5, "first_name": "Ada", "last_name": "Byron", "username": "@adab"}
    assert write_account(5, Profile(["Ada Byron"], "Ada", "adab")) == account


words = st.text("abÄж", min_size=1, max_size=3)
full = st.lists(words, min_size=1, max_size=3).map(" ".join)


@given(st.lists(full, max_size=4, unique=True), words, st.just("") | words, st.just("") | words, st.booleans())
def test_a_profile_that_is_written_is_read_as_the_same(
    names: list[str], first: str, last: str, username: str, owner: bool
) -> None:
    """Whoever has a first name was described by an account or an address book, with the whole name."""
    profile = Profile(list(names), first if last or owner else "", username if owner else "")
    if profile.first_name:
        profile.add(f"{first} {last}".strip())
    once = profile_read_from(profile, owner)
    assert (set(once.names), once.first_name, once.username) == (
        set(profile.names) or set(),
        profile.first_name,
        profile.username,
    )
    assert full_name(once) == full_name(profile)
    assert document(once, owner) == document(profile, owner), "and writing it again changes nothing"


def document(profile: Profile, owner: bool) -> bytes:
    parts: dict[str, Any] = {"personal_information": write_account(5, profile)} if owner else {}
    contacts = list(write_contacts(5, profile, owner=owner))
    return orjson.dumps({**parts, "contacts": {"list": contacts}, "chats": {"list": []}})


def profile_read_from(profile: Profile, owner: bool) -> Profile:
    survey = Survey()
    for item in ExportReader(io.BytesIO(document(profile, owner)), "result.json"):
        _describe(survey.profile("user5"), item)  # type: ignore[arg-type]
    return survey.profile("user5")
