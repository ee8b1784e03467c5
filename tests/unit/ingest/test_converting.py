"""A message of Telegram's network in the shape of an export."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from telethon.tl import types

from services.ingest.pulling.actions import action_of
from services.ingest.pulling.converting import Names, convert
from services.ingest.pulling.media import media_of
from services.ingest.telegram.message import Message, Service, parse_message

AT = datetime(2024, 1, 1, tzinfo=UTC)
ME, BORIS, BOT = (
    types.User(1, is_self=True, first_name="Ada", last_name="Byron"),
    types.User(2, first_name="Boris"),
    types.User(9, first_name="Gifs", username="gif", bot=True),
)
HARBOUR = types.Channel(77, "Harbour", types.ChatPhotoEmpty(), AT, megagroup=True)


@pytest.fixture
def names() -> Names:
    return Names(1, {1: ME, 2: BORIS, 9: BOT, -1_000_000_000_077: HARBOUR})


def message(text: str = "hello", peer: Any = None, **more: Any) -> types.Message:
    return types.Message(id=5, peer_id=peer or types.PeerUser(2), date=AT, message=text, **more)


def parsed(raw: dict[str, Any] | None) -> Message:
    found = parse_message(2, raw)
    assert isinstance(found, Message)
    return found


@pytest.mark.parametrize(
    ("fields", "sender", "name"),
    [
        ({"out": True}, "user1", "Ada Byron"),
        ({}, "user2", "Boris"),
        ({"from_id": types.PeerUser(2), "peer": types.PeerChannel(77)}, "user2", "Boris"),
        ({"post": True, "out": True, "peer": types.PeerChannel(77)}, "channel77", "Harbour"),
        ({"from_id": types.PeerUser(404), "peer": types.PeerChannel(77)}, "user404", None),
        ({"from_id": types.PeerChannel(77), "peer": types.PeerChannel(77)}, "channel77", "Harbour"),
    ],
)
def test_who_wrote_it(fields: dict[str, Any], sender: str, name: str | None, names: Names) -> None:
    raw = convert(message(**fields), names)
    assert raw is not None
    assert (raw["from_id"], raw["from"]) == (sender, name)
    assert parsed(raw) == Message(2, 5, 1_704_067_200, sender, "hello")


def test_what_is_said_about_a_message(names: Names) -> None:
    found = parsed(
        convert(
            message(
                edit_date=AT.replace(hour=1),
                post_author="A. B.",
                via_bot_id=9,
                via_business_bot_id=9,
                fwd_from=types.MessageFwdHeader(date=AT, from_id=types.PeerUser(2)),
                reply_to=types.MessageReplyHeader(reply_to_msg_id=4),
            ),
            names,
        )
    )
    assert (found.edited, found.reply_to, found.reply_chat) == (1_704_070_800, 4, None)
    assert (found.forwarded, found.via_bot, found.business) == (True, True, True)
    assert found.details == {"via_bot": "@gif", "author": "A. B."}


def test_a_reply_across_chats_and_to_a_story(names: Names) -> None:
    across = types.MessageReplyHeader(reply_to_msg_id=4, reply_to_peer_id=types.PeerChannel(77))
    assert parsed(convert(message(reply_to=across), names)).reply_chat == 77
    same = types.MessageReplyHeader(reply_to_msg_id=4, reply_to_peer_id=types.PeerUser(2))
    assert parsed(convert(message(reply_to=same), names)).reply_chat is None
    story = types.MessageReplyStoryHeader(peer=types.PeerUser(2), story_id=1)
    assert parsed(convert(message(reply_to=story), names)).reply_to is None


def test_the_group_before_has_other_ids(names: Names) -> None:
    raw = convert(message(reply_to=types.MessageReplyHeader(reply_to_msg_id=4)), names, shift=-1_000_000_000)
    assert (parsed(raw).id, parsed(raw).reply_to) == (-999_999_995, -999_999_996)


def test_a_mention_without_a_username_keeps_its_name(names: Names) -> None:
    entities = [types.MessageEntityBold(0, 2), types.MessageEntityMentionName(3, 4, user_id=2)]
    raw = convert(message("👍 Бора!", entities=entities), names)
    assert raw is not None
    assert raw["text_entities"] == [{"type": "mention_name", "text": "Бора", "user_id": 2}]
    assert parsed(raw).text == "👍 Бора!"


def test_reactions(names: Names) -> None:
    counts = [
        types.ReactionCount(types.ReactionEmoji("👍"), 2),
        types.ReactionCount(types.ReactionCustomEmoji(42), 1),
        types.ReactionCount(types.ReactionPaid(), 3),
    ]
    assert parsed(convert(message(reactions=types.MessageReactions(counts)), names)).details == {
        "reactions": [
            {"type": "emoji", "count": 2, "emoji": "👍"},
            {"type": "custom_emoji", "count": 1, "document_id": "42"},
            {"type": "paid", "count": 3},
        ]
    }


def test_what_is_no_message(names: Names) -> None:
    assert convert(types.MessageEmpty(5, types.PeerUser(2)), names) is None
    action = types.MessageActionTopicCreate("Ropes", icon_color=0)
    service = types.MessageService(id=5, peer_id=types.PeerChannel(77), date=AT, action=action)
    assert parse_message(77, convert(service, names)) == Service("topic_created", 5, "Ropes")
    raw = convert(message(media=types.MessageMediaUnsupported()), names)
    assert raw == {"id": 5, "type": "unsupported"}


def test_actions_have_the_words_of_the_export() -> None:
    for action, word in (
        (types.MessageActionPhoneCall(call_id=1), "phone_call"),
        (types.MessageActionChatJoinedByLink(inviter_id=1), "join_group_by_link"),
        (types.MessageActionPinMessage(), "pin_message"),
        (types.MessageActionSetMessagesTTL(period=1), "set_messages_ttl"),
    ):
        assert action_of(action) == {"action": word}


def document(*attributes: Any, mime_type: str = "video/mp4") -> Any:
    return types.MessageMediaDocument(document=types.Document(1, 2, b"", AT, mime_type, 900, 2, [*attributes]))


VIDEO = types.DocumentAttributeVideo(duration=7.6, w=320, h=240)
ROUND = types.DocumentAttributeVideo(duration=7.6, w=240, h=240, round_message=True)


@pytest.mark.parametrize(
    ("media", "kind", "details"),
    [
        (document(VIDEO), "video_file", {"duration_seconds": 7, "width": 320, "height": 240}),
        (document(ROUND), "video_message", {"duration_seconds": 7, "width": 240, "height": 240}),
        (document(VIDEO, types.DocumentAttributeAnimated()), "animation",
         {"duration_seconds": 7, "width": 320, "height": 240}),
        (document(types.DocumentAttributeAudio(5, voice=True)), "voice_message", {"duration_seconds": 5}),
        (document(types.DocumentAttributeAudio(5, title="Sea", performer="Ink")), "audio_file",
         {"duration_seconds": 5, "title": "Sea", "performer": "Ink"}),
        (document(types.DocumentAttributeSticker("🙂", types.InputStickerSetEmpty()),
                  types.DocumentAttributeImageSize(512, 512)), "sticker",
         {"sticker_emoji": "🙂", "width": 512, "height": 512}),
        (document(types.DocumentAttributeFilename("plan.pdf")), "file", {"file_name": "plan.pdf"}),
    ],
)  # fmt: skip
def test_files(media: Any, kind: str, details: dict[str, Any], names: Names) -> None:
    found = parsed(convert(message("", media=media), names))
    assert found.media == kind
    assert found.details == {"file_size": 900, "mime_type": "video/mp4", **details}, "and not that the file is missing"


def test_a_photo_has_the_size_of_its_largest(names: Names) -> None:
    sizes = [types.PhotoSize("m", 320, 240, 1_000), types.PhotoSizeProgressive("y", 1280, 960, [10, 90_000])]
    media = types.MessageMediaPhoto(photo=types.Photo(1, 2, b"", AT, sizes, 2))
    found = parsed(convert(message("", media=media), names))
    assert (found.media, found.details) == ("photo", {"photo_file_size": 90_000, "width": 1280, "height": 960})
    gone = parsed(convert(message("", media=types.MessageMediaPhoto()), names))
    assert (gone.media, gone.details) == ("photo", None)


def test_a_poll(names: Names) -> None:
    text = lambda words: types.TextWithEntities(words, [])  # noqa: E731 - a word for a long name
    poll = types.Poll(1, text("When?"), [types.PollAnswer(text("now"), b"0"), types.PollAnswer(text("later"), b"1")], 0)
    results = types.PollResults(results=[types.PollAnswerVoters(b"0", chosen=True, voters=3)], total_voters=3)
    found = parsed(convert(message("", media=types.MessageMediaPoll(poll, results)), names))
    assert (found.media, found.details) == ("poll", {
        "poll": {
            "question": "When?", "closed": False, "total_voters": 3,
            "answers": [{"text": "now", "voters": 3, "chosen": True}, {"text": "later", "voters": 0, "chosen": False}],
        }
    })  # fmt: skip


@pytest.mark.parametrize(
    ("media", "kind"),
    [
        (types.MessageMediaContact("49", "Cleo", "", "", 3), "contact_information"),
        (types.MessageMediaGeo(types.GeoPoint(13.4, 52.5, 1)), "location_information"),
        (types.MessageMediaVenue(types.GeoPoint(13.4, 52.5, 1), "Pier", "1", "", "", ""), "location_information"),
        (types.MessageMediaPaidMedia(5, []), "paid_stars_amount"),
        (types.MessageMediaWebPage(types.WebPageEmpty(1)), None),
    ],
)
def test_other_media(media: Any, kind: str | None, names: Names) -> None:
    assert parsed(convert(message(media=media), names)).media == kind
    assert (media_of(media) == {}) is (kind is None)
