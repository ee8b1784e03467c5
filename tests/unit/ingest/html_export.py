"""Writes an export as Telegram Desktop's HTML, from the same dicts that its JSON is made of.

The form is that of Telegram Desktop 6: a block tag stands on lines of its own, a message is joined to the one before by
the same sender within 15 minutes, a page has so many messages and links to the pages beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

Raw = dict[str, Any]

ESCAPES = {"\n": "<br>", '"': "&quot;", "&": "&amp;", "'": "&apos;", "<": "&lt;", ">": "&gt;"}
INLINE = {
    "bold": "<strong>{}</strong>",
    "italic": "<em>{}</em>",
    "code": "<code>{}</code>",
    "pre": "<pre>{}</pre>",
    "link": '<a href="{0}">{0}</a>',
    "mention": '<a href="https://t.me/x">{}</a>',
    "hashtag": '<a href="" onclick="return ShowHashtag(&quot;x&quot;)">{}</a>',
    "blockquote": "<blockquote>{}</blockquote>",
    "spoiler": '<span class="spoiler hidden" onclick="ShowSpoiler(this)"><span aria-hidden="true">{}</span></span>',
    "custom_emoji": '<a href = "stickers/x.webp">{}</a>',
}
TITLES = {
    "voice_message": ("media_voice_message", "Voice message"),
    "video_message": ("media_video", "Video message"),
    "animation": ("media_video", "Animation"),
    "video_file": ("media_video", "Video file"),
    "audio_file": ("media_audio_file", "Audio file"),
    "sticker": ("media_photo", "Sticker"),
}
TYPES = {"saved_messages": "private", "personal_chat": "private", "bot_chat": "bot", "private_channel": "channel"}


def escaped(text: str) -> str:
    return re.sub(r"[\0-\x1f\"&'<>]", lambda found: ESCAPES.get(found[0]) or f"&#x{ord(found[0]):02X};", text)


def block(name: str, inner: str, tag: str = "div", **attributes: object) -> str:
    more = "".join(f' {key}="{escaped(str(value))}"' for key, value in attributes.items())
    return f'\n <{tag} class="{name}"{more}>\n{inner}\n </{tag}>\n'


def page(title: str, body: str, inside: str = "chat_page") -> str:
    head = '<!DOCTYPE html>\n<html>\n<head>\n <meta charset="utf-8"/>\n<title>Exported Data</title>\n</head>\n'
    header = block("page_header", block("content", block("text bold", escaped(title))))
    return f"{head}\n<body>\n{block('page_wrap', header + block(f'page_body {inside}', body))}\n</body>\n\n</html>\n"


def formatted(text: Any) -> str:
    parts = [text] if isinstance(text, str) else text
    return "".join(
        escaped(p) if isinstance(p, str) else INLINE.get(p["type"], "{}").format(escaped(p["text"])) for p in parts
    )


def pages_of(chat: Raw, size: int = 1_000, hours: int | None = 1, title: str | None = None) -> dict[str, str]:
    """A chat's pages by file name. ``hours``: of the zone, ahead of UTC; none: an older version, which is in UTC."""
    name = title or chat.get("name") or "Deleted Account"
    messages, found = chat["messages"], {}
    count = max(1, -(-len(messages) // size))
    files = [f"messages{n or ''}.html" for n in [0, *range(2, count + 1)]]
    for index, file in enumerate(files):
        part = messages[index * size : (index + 1) * size]
        back = block("pagination block_link", "Previous messages", "a", href=files[index - 1]) if index else ""
        ahead = (
            block("pagination block_link", "Next messages", "a", href=files[index + 1])
            if part != messages[-len(part) :]
            else ""
        )
        found[file] = page(name, block("history", back + "".join(history(part, hours)) + ahead))
    return found


def history(messages: list[Raw], hours: int | None) -> Iterator[str]:
    before: Raw | None = None
    for number, message in enumerate(messages):
        if before is None or day(before, hours) != day(message, hours):
            yield block("message service", block("body details", "1 May 2024"), id=f"message-{number + 1}")
        if message["type"] == "service" and message.get("action") != "phone_call":
            yield block("message service", block("body details", happened(message)), id=f"message{message['id']}")
            before = None
            continue
        joined = before is not None and joins(before, message, hours)
        kind = "message default clearfix" + (" joined" if joined else "")
        yield block(kind, block("body", "".join(parts(message, joined, hours))), id=f"message{message['id']}")
        before = message


def local(message: Raw, hours: int | None) -> datetime:
    return datetime.fromtimestamp(
        int(message["date_unixtime"]), timezone(timedelta(hours=hours or 0)) if hours else UTC
    )


def day(message: Raw, hours: int | None) -> object:
    return local(message, hours).date()


def joins(before: Raw, message: Raw, hours: int | None) -> bool:
    apart = int(message["date_unixtime"]) - int(before["date_unixtime"])
    alike = all(before.get(key) == message.get(key) for key in ("from_id", "via_bot", "forwarded_from"))
    return (
        alike
        and day(before, hours) == day(message, hours)
        and 0 <= apart <= (1 if "forwarded_from" in message else 900)
    )


def happened(message: Raw) -> str:
    if message.get("action") == "topic_created":
        return f"Ada created topic &laquo;{escaped(message['title'])}&raquo;"
    return "Ada pinned this message"


def parts(message: Raw, joined: bool, hours: int | None) -> Iterator[str]:
    at = local(message, hours)
    zone = "" if hours is None else f" UTC{hours:+03}:00"
    yield block("pull_right date details", f"{at:%H:%M}", title=f"{at:%d.%m.%Y %H:%M:%S}{zone}")
    via = f" via {message['via_bot']}" if "via_bot" in message else ""
    sender = escaped(message.get("from") or message.get("actor") or "Deleted Account")
    if not joined:
        yield block("from_name", sender + " " + ("" if "forwarded_from" in message else via))
    inner = "".join(content(message))
    if "forwarded_from" in message:
        origin = escaped(message["forwarded_from"] or "Deleted Account") + " " + via
        name = block("from_name", f'{origin}<span class="date details" title="01.01.2020 10:00:00"> 01.01.2020</span>')
        inner = block("forwarded body", ("" if joined else name) + inner)
    yield inner
    if "reactions" in message:
        yield block("reactions", "".join(reaction(one) for one in message["reactions"]), "span")


def content(message: Raw) -> Iterator[str]:
    if "reply_to_message_id" in message:
        number = message["reply_to_message_id"]
        link = f'<a href="messages.html#go_to_message{number}" onclick="return GoToMessage({number})">this message</a>'
        yield block("reply_to details", f"In reply to {link}")
    if media := medium(message):
        yield block("media_wrap clearfix", media)
    if message.get("text"):
        yield block("text", formatted(message["text"]))
    if "author" in message:
        yield block("signature details", escaped(message["author"]))


def medium(message: Raw) -> str:
    """The form without a preview, which every kind has."""
    if "media_type" in message:
        kind, title = TITLES[message["media_type"]]
        title = f"{message['performer']} – {message['title']}" if "performer" in message else title
        return generic(kind, title, status=message.get("sticker_emoji") or duration(message), link=message["file"])
    if "photo" in message:
        return generic("media_photo", "Photo", status=f"{message['width']}x{message['height']}", link=message["photo"])
    if "file" in message:
        return generic("media_file", message.get("file_name", "File"), status="1.2 KB", link=message["file"])
    if "poll" in message:
        return poll(message["poll"])
    if "contact_information" in message:
        return generic("media_contact", message["contact_information"]["first_name"], status="+1 555 010")
    if "place_name" in message:
        return generic("media_venue", message["place_name"], status="")
    if "location_information" in message:
        return generic("media_location", "Location", status="52.37, 4.89")
    if "game_title" in message:
        return generic("media_game", message["game_title"], status="")
    if message.get("action") == "phone_call":
        return generic("media_call success", "Ada", status=f"Outgoing ({message['duration_seconds']} seconds)")
    return ""


def generic(kind: str, title: str, status: str, link: str = "") -> str:
    inner = block("fill pull_left", "") + block(
        "body", block("title bold", escaped(title)) + (block("status details", escaped(status)) if status else "")
    )
    if link.startswith("("):
        return block(f"media clearfix pull_left {kind}", inner)
    return block(f"media clearfix pull_left block_link {kind}", inner, "a", href=f"../../{link}")


def duration(message: Raw) -> str:
    hours, rest = divmod(message.get("duration_seconds", 0), 3600)
    return (f"{hours}:" if hours else "") + f"{rest // 60:02}:{rest % 60:02}"


def poll(raw: Raw) -> str:
    answers = ""
    for one in raw["answers"]:
        votes = f' <span class="details">{count(one["voters"])}{", chosen vote" * one["chosen"]}</span>'
        answers += block("answer", f"- {escaped(one['text'])}{votes if one['voters'] else ''}")
    about = block("details", "Final results" if raw["closed"] else "Anonymous poll")
    total = block("total details\t", count(raw["total_voters"]))
    return block("media_poll", block("question bold", escaped(raw["question"])) + about + answers + total)


def count(votes: int) -> str:
    return f"{votes} votes" if votes > 1 else f"{votes} vote" if votes else "No votes"


def reaction(raw: Raw) -> str:
    if raw["count"] <= 2:
        pictures = block("userpic userpic3", block("initials", "AB", title="Ada")) * raw["count"]
        counted = block("userpics", pictures, "span")
    else:
        counted = block("count", str(raw["count"]), "span")
    return block("reaction", block("emoji", raw["emoji"], "span") + counted, "span")


def account_pages(export: Raw, size: int = 1_000) -> dict[str, str]:
    """A whole account's pages by path."""
    owner = export["personal_information"]
    rows = {"First name": owner["first_name"], "Last name": owner["last_name"], "Username": owner["username"]}
    about = "".join(
        block("row", block("label details", key) + block("value bold", value)) for key, value in rows.items()
    )
    found = {"export_results.html": page("Exported Data", block("personal_info clearfix", about), "")}
    entries = ""
    for number, chat in enumerate(export["chats"]["list"], 1):
        folder = f"chats/chat_{number:03}/"
        shown = "Saved messages" if chat["type"] == "saved_messages" else chat["name"]
        title = " ".join((owner["first_name"], owner["last_name"])) if chat["type"] == "saved_messages" else None
        found |= {folder + name: text for name, text in pages_of(chat, size, title=title).items()}
        info = block("pull_right info details", TYPES.get(chat["type"], "group"))
        inner = block("body", info + block("name bold", escaped(shown)))
        entries += block("entry block_link clearfix", inner, "a", href=f"../{folder}messages.html#allow_back")
    found["lists/chats.html"] = page("Chats", block("entry_list", entries), "list_page")
    contacts = "".join(contact(one) for one in export.get("contacts", {"list": []})["list"])
    found["lists/contacts.html"] = page("Contacts", block("entry_list", contacts), "list_page")
    return found


def contact(raw: Raw) -> str:
    initials = block("initials", "MO", title=f"ID: {raw['user_id']}")
    picture = block("pull_left userpic_wrap", block("userpic userpic1", initials))
    name = f"{raw['first_name']} {raw.get('last_name', '')}"
    return block("entry clearfix", picture + block("body", block("name bold", escaped(name))))
