"""The system prompt: written once as a template, filled in the same way for training, evaluation and serving.

It tells the persona's name, and in which register it speaks: to whom, and in which language. One adapter learns them
all, and is asked for one of them. A template without places to fill is a prompt as it stands, so that adapters which
learned under a fixed prompt are served under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.languages import language_of_all


class Relation(StrEnum):
    """What the reader is to the owner."""

    FRIEND = "friend"
    FAMILY = "family"
    PARTNER = "partner"
    WORK = "work"
    GROUP = "group"


READERS = {
    Relation.FRIEND: "a friend",
    Relation.FAMILY: "family",
    Relation.PARTNER: "your partner",
    Relation.WORK: "people from work",
    Relation.GROUP: "a group",
}
LANGUAGES = {
    "en": "English",
    "de": "German",
    "nl": "Dutch",
    "es": "Spanish",
    "fr": "French",
    "pt": "Portuguese",
    "it": "Italian",
    "pl": "Polish",
    "ru": "Russian",
    "uk": "Ukrainian",
}
#: Where no word tells.
UNTOLD = "the language of the chat"

RELATION, LANGUAGE = "{relation}", "{language}"
TEMPLATE = f"You are {{name}}, chatting with {RELATION} on Telegram in {LANGUAGE}. Reply as {{name}} would."


@dataclass(frozen=True, slots=True)
class Register:
    """``language`` is an ISO 639-1 code, or ``other``."""

    relation: Relation = Relation.FRIEND
    language: str = "en"


#: What is spoken where nothing is known of the reader.
USUAL = Register()


def template_for(name: str) -> str:
    """The template of a persona of that name, with the places of its register open."""
    return TEMPLATE.replace("{name}", name)


def fill(template: str, register: Register) -> str:
    """The prompt in a register. Other braces stay as they are."""
    language = LANGUAGES.get(register.language, UNTOLD)
    return template.replace(RELATION, READERS[register.relation]).replace(LANGUAGE, language)


def language_spoken(said: Iterable[str]) -> str:
    """The language of a conversation, told by what was said to the persona: all that is known when it is to answer."""
    return language_of_all(said)
