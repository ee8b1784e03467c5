"""What a message carries beside its text, in the shape of Telegram Desktop's JSON.

HTML is poorer: it has no sizes in bytes, no types of files and no sizes of pictures that have a preview.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from services.ingest.telegram.details import LEFT_OUT
from services.ingest.telegram.html.pages import classes, every, first, linked, text, text_in

DURATION = re.compile(r"(?:(\d{1,4}):)?(\d{1,2}):(\d\d)")
SIZE = re.compile(r"(\d{1,6})x(\d{1,6})")
VOTES = re.compile(r"(\d{1,9}) votes?(, chosen vote)?")

Raw = dict[str, Any]


def media_of(wrap: Any) -> Raw:
    """The fields that a ``media_wrap`` stands for; none where it is of no known kind."""
    inner = next(iter(wrap), None)
    if inner is None:
        return {}
    found = next((KINDS[name] for name in classes(inner) if name in KINDS), None)
    return found(inner) if found else {}


def _file(kind: str | None) -> Callable[[Any], Raw]:
    def read(element: Any) -> Raw:
        raw: Raw = {"file": linked(element) or LEFT_OUT}
        if kind:
            raw["media_type"] = kind
        return raw | _duration(element)

    return read


def _duration(element: Any) -> Raw:
    """``03:25``, or with hours, where it stands for one."""
    found = DURATION.match(text_in(element, "video_duration") or text_in(element, "status"))
    if not found:
        return {}
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    seconds += 60 * minutes + 3600 * hours
    return {"duration_seconds": seconds} if seconds else {}


def _photo(element: Any) -> Raw:
    """A photo, or a sticker without a preview: both are shown alike."""
    status = text_in(element, "status")
    if text_in(element, "title") == "Sticker":
        emoji = status.partition(",")[0]
        known = emoji and not emoji[0].isdigit()
        return _file("sticker")(element) | ({"sticker_emoji": emoji} if known else {})
    size = SIZE.match(status)
    raw: Raw = {"photo": linked(element) or LEFT_OUT}
    return raw | ({"width": int(size[1]), "height": int(size[2])} if size else {})


def _video(element: Any) -> Raw:
    kinds = {"Video message": "video_message", "Animation": "animation"}
    return _file(kinds.get(text_in(element, "title"), "video_file"))(element)


def _audio(element: Any) -> Raw:
    performer, dash, title = text_in(element, "title").partition(" – ")
    return _file("audio_file")(element) | ({"performer": performer, "title": title} if dash else {})


def _document(element: Any) -> Raw:
    name = text_in(element, "title")
    return {"file": linked(element) or LEFT_OUT} | ({"file_name": name} if name != "File" else {})


def _call(element: Any) -> Raw:
    """A call is no message in JSON either."""
    seconds = re.search(r"\((\d{1,9}) seconds\)", text_in(element, "status"))
    return {"type": "service", "action": "phone_call"} | ({"duration_seconds": int(seconds[1])} if seconds else {})


def _contact(element: Any) -> Raw:
    name, phone = text_in(element, "title"), text_in(element, "status")
    return {"contact_information": {"first_name": name, "phone_number": phone}}


def _location(element: Any) -> Raw:
    latitude, _, longitude = text_in(element, "status").partition(", ")
    return {"location_information": {"latitude": latitude, "longitude": longitude} if longitude else None}


def _venue(element: Any) -> Raw:
    return {"place_name": text_in(element, "title"), "address": text_in(element, "description")}


def _game(element: Any) -> Raw:
    return {"game_title": text_in(element, "title"), "game_description": text_in(element, "description")}


def _invoice(element: Any) -> Raw:
    return {"invoice_information": {"title": text_in(element, "title"), "description": text_in(element, "description")}}


def _poll(element: Any) -> Raw:
    """A poll, or a list of things to do: both are shown alike."""
    question, about = text_in(element, "question"), text_in(element, "details")
    answers = [_answer(one) for one in every(element, "answer")]
    if about == "To-do List":
        return {"todo_list": {"title": question, "answers": [{"text": one["text"]} for one in answers]}}
    closed, total = about == "Final results", _votes(first(element, "total"))[0]
    return {"poll": {"question": question, "closed": closed, "total_voters": total, "answers": answers}}


def _answer(element: Any) -> Raw:
    details = first(element, "details")
    voters, chosen = _votes(details)
    said = text(element).strip().removesuffix(text(details)).strip()
    return {"text": said.removeprefix("- "), "voters": voters, "chosen": chosen}


def _votes(element: Any) -> tuple[int, bool]:
    found = VOTES.match(text(element).strip())
    return (int(found[1]), found[2] is not None) if found else (0, False)


def _giveaway(element: Any) -> Raw:
    ended = text_in(element, "section_title").startswith("Winner")
    return {"giveaway_results" if ended else "giveaway_information": {}}


KINDS: dict[str, Callable[[Any], Raw]] = {
    "sticker_wrap": _file("sticker"),
    "animated_wrap": _file("animation"),
    "video_file_wrap": _file("video_file"),
    "photo_wrap": lambda element: {"photo": linked(element) or LEFT_OUT},
    "media_voice_message": _file("voice_message"),
    "media_photo": _photo,
    "media_video": _video,
    "media_audio_file": _audio,
    "media_file": _document,
    "media_call": _call,
    "media_contact": _contact,
    "media_location": _location,
    "media_live_location": _location,
    "media_venue": _venue,
    "media_game": _game,
    "media_invoice": _invoice,
    "media_poll": _poll,
    "media_giveaway": _giveaway,
}
