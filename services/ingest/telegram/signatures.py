"""What a file that is no export of Telegram Desktop probably is, so that the error can say so."""

from __future__ import annotations

import re

#: Top-level keys that give another app away. Sources: the exporters' documented formats.
APPS = {
    "Discord": {"guild", "channel"},
    "Facebook or Instagram": {"participants", "thread_path"},
    "WhatsApp": {"chatName", "chat_name"},
    "Slack": {"ok", "response_metadata"},
    "Signal": {"conversations", "attachments"},
    "Google Chat": {"creator", "topic_id"},
}
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
WHATSAPP_LINE = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\xe2\x80\x8e)?\[?\d{1,2}[./]\d{1,2}[./]\d{2,4},? ")


def is_zip(start: bytes) -> bool:
    return start.startswith(ZIP)


def is_html(start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def describe_start(start: bytes) -> str | None:
    """What is wrong with a file that begins so; ``None`` when it may be JSON's object."""
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "it is empty"
    if text.startswith(b"{"):
        return None
    if is_zip(text):
        return "it is a zip archive in another"
    if WHATSAPP_LINE.match(start):
        return "it looks like WhatsApp's text export"
    if is_html(text):
        return "it is HTML in spite of its name"
    if text.startswith(b"["):
        return "it is a list, as the exports of Slack, Signal and WhatsApp tools are, not an object"
    return "it is not JSON"


def describe_keys(keys: set[str], or_else: str = "it has neither a field messages nor a field chats") -> str:
    """Which other app has these top-level keys."""
    app = next((app for app, marks in APPS.items() if marks & keys), None)
    return f"{'; ' if or_else == '' else ''}it looks like an export of {app}" if app else or_else
