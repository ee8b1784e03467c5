"""What a message says where it is no text: a link or a photo becomes a word in angle brackets, as masks are."""

from __future__ import annotations

from services.ingest.repository.consented import ReadMessage
from shared.privacy.private_links import links

LINK = "<link>"
#: Stands where a contact's message would, before what the owner says unasked: prompts begin with somebody else.
OPENING = "<start>"
MEDIA = {
    "photo": "<photo>",
    "voice_message": "<voice>",
    "video_message": "<video>",
    "video_file": "<video>",
    "animation": "<gif>",
    "sticker": "<sticker>",
    "audio_file": "<audio>",
    "file": "<file>",
    "poll": "<poll>",
    "contact_information": "<contact>",
    "location_information": "<location>",
    "place_name": "<location>",
}
OTHER = "<media>"


def words_of(message: ReadMessage) -> str:
    """The message's own text, with its links as tags."""
    text = message.text
    return _without_links(text) if "/" in text else text


def heard(message: ReadMessage) -> str:
    """The same with a tag for its media before it: what somebody who reads it is shown."""
    words = words_of(message)
    if message.media is None:
        return words
    tag = MEDIA.get(message.media, OTHER)
    return f"{tag} {words}" if words.strip() else tag


def _without_links(text: str) -> str:
    parts, end = list[str](), 0
    for link, _ in sorted(links(text), key=lambda found: found[0].start):
        if link.start >= end:
            parts += text[end : link.start], LINK
            end = link.end
    return "".join(parts) + text[end:]
