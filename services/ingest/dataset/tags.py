"""What a message says where it is no text: a link or a photo becomes a word in angle brackets, as masks are."""

from __future__ import annotations

import re

from services.ingest.repository.consented import ReadMessage
from shared.privacy.private_links import EDGE, URL

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
    return URL.sub(_link, text) if "://" in text else text


def heard(message: ReadMessage) -> str:
    """The same with a tag for its media before it: what somebody who reads it is shown."""
    words = words_of(message)
    if message.media is None:
        return words
    tag = MEDIA.get(message.media, OTHER)
    return f"{tag} {words}" if words.strip() else tag


def _link(match: re.Match[str]) -> str:
    """The tag, and the punctuation behind the link."""
    return LINK + match[0][len(match[0].rstrip(EDGE)) :]
