"""The messages of a page, in the shape of Telegram Desktop's JSON but for ``from_id``, which HTML does not have."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from services.ingest.telegram.html.media import Raw, media_of
from services.ingest.telegram.html.pages import Page, classes, every, first, linked, text, text_in

NUMBER = re.compile(r"message(-?\d{1,19})")
ANSWERED = re.compile(r"#go_to_message(\d{1,19})")
VIA = re.compile(r"(.*?)\s+via (@\w+)", re.DOTALL)
MOMENT = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)( UTC(?:([+-])(\d\d):?(\d\d))?)?")
TOPIC = re.compile(r"created topic «(.*)»\Z", re.DOTALL)
COUNT = re.compile(r"\d{1,9}")
UNSUPPORTED = "This message is not supported by this version of Telegram Desktop."


def raw_messages(page: Page) -> Iterator[Raw]:
    """In their order. A joined message has its sender, and the bot that it came through, at the one before."""
    before: Raw = {}
    for element in page.messages():
        kinds, number = classes(element), _number(element)
        if "service" in kinds:
            before = {}
            if number is not None and number > 0:
                yield {"id": number, **_service(text_in(element, "body"))}
            continue
        raw: Raw = {"type": "message", "text": ""} | ({} if number is None else {"id": number})
        if "joined" in kinds:
            raw |= {key: before[key] for key in ("from", "via_bot") if key in before}
        _read_parts(raw, before, next((one for one in element if "body" in classes(one)), ()), PARTS)
        yield raw
        before = raw


def _number(element: Any) -> int | None:
    found = NUMBER.fullmatch(element.get("id") or "")
    return int(found[1]) if found else None


def _service(said: str) -> Raw:
    """What happened is a sentence; two of them say more than that something did."""
    if said.startswith(UNSUPPORTED):
        return {"type": "unsupported"}
    topic = TOPIC.search(said)
    return {"type": "service"} | ({"action": "topic_created", "title": topic[1]} if topic else {})


Part = Callable[[Raw, Raw, Any], None]


def _read_parts(raw: Raw, before: Raw, body: Any, parts: dict[str, Part]) -> None:
    for element in body:
        read = next((parts[name] for name in classes(element) if name in parts), None)
        if read:
            read(raw, before, element)


def _date(raw: Raw, before: Raw, element: Any) -> None:
    """Day first, then perhaps the zone. As in JSON, a time without a zone is local."""
    title = (element.get("title") or "").strip()
    found = MOMENT.fullmatch(title)
    raw["date"] = title
    if not found:
        return
    day, month, year, hour, minute, second = (int(part) for part in found.groups()[:6])
    ahead = timedelta(hours=int(found[9] or 0), minutes=int(found[10] or 0)) * (-1 if found[8] == "-" else 1)
    try:
        at = datetime(year, month, day, hour, minute, second, tzinfo=timezone(ahead))
    except ValueError:
        return
    raw["date"] = f"{at:%Y-%m-%dT%H:%M:%S}"
    if found[7]:
        raw["date_unixtime"] = str(int(at.timestamp()))


def _from(raw: Raw, before: Raw, element: Any) -> None:
    raw["from"] = _name(raw, element)


def _name(raw: Raw, element: Any) -> str:
    """The name itself is the first text in it; behind it stands when something forwarded was written."""
    name = (element.text or "").strip()
    if via := VIA.fullmatch(name):
        name, raw["via_bot"] = via[1], via[2]
    return name


def _forwarded(raw: Raw, before: Raw, element: Any) -> None:
    """Its author is left out where the message before was by the same."""
    if "body" in classes(element):
        raw["forwarded_from"] = before.get("forwarded_from")
        _read_parts(raw, before, element, PARTS | {"from_name": _forwarded_from})


def _forwarded_from(raw: Raw, before: Raw, element: Any) -> None:
    raw["forwarded_from"] = _name(raw, element)


def _reply(raw: Raw, before: Raw, element: Any) -> None:
    """To a message of another chat there is no link."""
    for link in element.iter("a"):
        if found := ANSWERED.search(link.get("href") or ""):
            raw["reply_to_message_id"] = int(found[1])


def _media(raw: Raw, before: Raw, element: Any) -> None:
    raw |= media_of(element)


def _text(raw: Raw, before: Raw, element: Any) -> None:
    raw["text"] = text(element)


def _signature(raw: Raw, before: Raw, element: Any) -> None:
    raw["author"] = text(element).strip()


def _reactions(raw: Raw, before: Raw, element: Any) -> None:
    raw["reactions"] = [_reaction(one) for one in every(element, "reaction")]


def _reaction(element: Any) -> Raw:
    """Few are counted by the pictures of those who reacted."""
    emoji, count = first(element, "emoji"), COUNT.fullmatch(text_in(element, "count"))
    raw: Raw = {"type": "emoji", "count": int(count[0]) if count else sum(1 for _ in every(element, "userpic"))}
    link = None if emoji is None else next(emoji.iter("a"), None)
    if "paid" in classes(element):
        return raw | {"type": "paid"}
    if link is not None:
        return raw | {"type": "custom_emoji", "document_id": linked(link)}
    return raw | {"emoji": text(emoji).strip()}


PARTS: dict[str, Part] = {
    "date": _date,
    "from_name": _from,
    "forwarded": _forwarded,
    "reply_to": _reply,
    "media_wrap": _media,
    "text": _text,
    "signature": _signature,
    "reactions": _reactions,
}
