"""What a message carries, described as Telegram Desktop describes it. The files themselves stay at Telegram."""

from __future__ import annotations

from typing import Any

from telethon.tl import types

#: Begins with a bracket, as the sentences do that stand in an export in the place of a file that was left out.
NOT_FETCHED = "(File not included. Only what is said about it is pulled.)"


def media_of(media: Any) -> dict[str, Any]:
    """The fields of an export for it; none for a preview of a web page, which is no content of the message."""
    match media:
        case types.MessageMediaPhoto(photo=photo):
            return _photo(photo)
        case types.MessageMediaDocument(document=document):
            return _document(document)
        case types.MessageMediaPoll(poll=poll, results=results):
            return {"poll": _poll(poll, results)}
        case types.MessageMediaContact():
            return {"contact_information": _named(media, "first_name", "last_name", "phone_number")}
        case types.MessageMediaGeo() | types.MessageMediaGeoLive():
            return {"location_information": _place(media.geo)}
        case types.MessageMediaVenue():
            return {"place_name": media.title, "address": media.address, "location_information": _place(media.geo)}
        case types.MessageMediaGame(game=game):
            return {"game_title": game.title}
        case types.MessageMediaInvoice():
            return {"invoice_information": {"title": media.title}}
        case types.MessageMediaToDo():
            return {"todo_list": {}}
        case types.MessageMediaGiveaway():
            return {"giveaway_information": {}}
        case types.MessageMediaGiveawayResults():
            return {"giveaway_results": {}}
        case types.MessageMediaPaidMedia():
            return {"paid_stars_amount": media.stars_amount}
        case _:
            return {}


def _photo(photo: Any) -> dict[str, Any]:
    sizes = [size for size in getattr(photo, "sizes", ()) if hasattr(size, "w")]
    largest = max(sizes, key=lambda size: size.w * size.h, default=None)
    if largest is None:
        return {"photo": NOT_FETCHED}
    size = getattr(largest, "size", None) or max(getattr(largest, "sizes", [0]))
    return {"photo": NOT_FETCHED, "photo_file_size": size, "width": largest.w, "height": largest.h}


def _document(document: Any) -> dict[str, Any]:
    """Kind, length and size of a file; its name, the emoji of a sticker, the artist of a song."""
    if not isinstance(document, types.Document):
        return {"file": NOT_FETCHED}
    about: dict[str, Any] = {"file": NOT_FETCHED, "file_size": document.size, "mime_type": document.mime_type}
    kinds: set[str] = set()
    for attribute in document.attributes:
        kind, fields = _attribute(attribute)
        kinds.add(kind)
        about |= {key: value for key, value in fields.items() if value}
    media_type = next((kind for kind in KINDS if kind in kinds), None)
    return about | ({"media_type": media_type} if media_type else {})


#: Of several, the first is what a file counts as.
KINDS = ("sticker", "video_message", "voice_message", "animation", "video_file", "audio_file")


def _attribute(attribute: Any) -> tuple[str, dict[str, Any]]:
    """The kind of media that an attribute stands for, if any, and what it says."""
    match attribute:
        case types.DocumentAttributeFilename():
            return "", {"file_name": attribute.file_name}
        case types.DocumentAttributeSticker():
            return "sticker", {"sticker_emoji": attribute.alt}
        case types.DocumentAttributeAnimated():
            return "animation", {}
        case types.DocumentAttributeImageSize():
            return "", {"width": attribute.w, "height": attribute.h}
        case types.DocumentAttributeVideo():
            size = {"width": attribute.w, "height": attribute.h}
            kind = "video_message" if attribute.round_message else "video_file"
            return kind, size | {"duration_seconds": int(attribute.duration)}
        case types.DocumentAttributeAudio(voice=True):
            return "voice_message", {"duration_seconds": attribute.duration}
        case types.DocumentAttributeAudio():
            song = {"performer": attribute.performer, "title": attribute.title}
            return "audio_file", song | {"duration_seconds": attribute.duration}
        case _:
            return "", {}


def _poll(poll: Any, results: Any) -> dict[str, Any]:
    votes = {one.option: one for one in results.results or ()}
    answers = [
        {
            "text": _plain(answer.text),
            "voters": getattr(votes.get(answer.option), "voters", 0) or 0,
            "chosen": bool(getattr(votes.get(answer.option), "chosen", False)),
        }
        for answer in poll.answers
    ]
    return {
        "question": _plain(poll.question),
        "closed": bool(poll.closed),
        "total_voters": results.total_voters or 0,
        "answers": answers,
    }


def _plain(text: Any) -> str:
    return text if isinstance(text, str) else str(text.text)


def _place(geo: Any) -> dict[str, float] | None:
    return {"latitude": geo.lat, "longitude": geo.long} if isinstance(geo, types.GeoPoint) else None


def _named(media: Any, *fields: str) -> dict[str, Any]:
    return {name: getattr(media, name) for name in fields}
