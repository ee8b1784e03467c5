"""What a message has beside its text: its media, the poll in it, the reactions to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: Kept as they stand: sizes, and names of files in the export, so that a transcript can be put beside a recording.
KEPT = (
    "file", "file_name", "file_size", "photo", "photo_file_size", "mime_type", "duration_seconds", "width", "height",
    "sticker_emoji", "performer", "title", "via_bot", "author",
)  # fmt: skip
#: What Telegram Desktop writes where it left a file out. Of such sentences there are several, all in brackets.
LEFT_OUT = "(File not included. Change data exporting settings to download.)"
BRACKET = "("
LONGEST = 1_000

_PRESENT = frozenset({*KEPT, "reactions", "poll"})


def details_of(raw: Mapping[str, Any]) -> dict[str, Any] | None:
    """Media, poll and reactions of a message in the shape of the export; ``None`` where there are none.

    Who reacted and who voted is left out: those are other people, who only pressed a button.
    """
    if _PRESENT.isdisjoint(raw):
        return None
    found: dict[str, Any] = {}
    for key in KEPT:
        value = raw.get(key)
        if _is_plain(value) and not (isinstance(value, str) and value.startswith(BRACKET)):
            found[key] = value
    if reactions := _reactions(raw.get("reactions")):
        found["reactions"] = reactions
    if poll := _poll(raw.get("poll")):
        found["poll"] = poll
    return found or None


def _reactions(value: object) -> list[dict[str, Any]]:
    known = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
    return [
        {key: one[key] for key in ("type", "count", "emoji", "document_id") if _is_plain(one.get(key))} for one in known
    ]


def _poll(value: object) -> dict[str, Any] | None:
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        return None
    answers = value.get("answers")
    poll = {key: value[key] for key in ("question", "closed", "total_voters") if _is_plain(value.get(key))}
    return {
        **poll,
        "answers": [
            {key: one[key] for key in ("text", "voters", "chosen") if _is_plain(one.get(key))}
            for one in (answers if isinstance(answers, list) else [])
            if isinstance(one, dict)
        ],
    }


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST
    return isinstance(value, (bool, int)) and abs(value) < 1 << 63
