"""Real chats, in which hardly anything private is left: what the cleaning takes of them is mostly taken wrongly."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.privacy.cleaning import clean_all
from benchmarks.privacy.scoring import replaced
from services.ingest.cleaning.names import Known

#: Kind -> what a find, in the characters around it, must look like to be plausibly true. Every other find is false.
#: A name of the famous is a name, and a find of it true; a capitalised word that is nobody's and not listed passes too.
#: The find itself stands between two zeros bytes.
PLAUSIBLE = {
    "email": r"\0[^\0]+(?:@|\[at\])"
    r"(?![^\0]*\.(?:jpe?g|png|gif|webp|mp4?|mov|ogg|oga|webm|tgs|pdf|txt|docx?)\0)[^\0]+\0",
    "phone": r"\0\+|(?i:phone|whatsapp|call me|tel|телефон|тел\.|звони)[^\0]{0,20}\0",
    "link": r"\0(?:https?://)?(?:t\.me/(?:\+|joinchat|c/|proxy)|meet\.google|docs\.google|drive\.google|chat\.whatsapp"
    r"|discord\.gg|[^\0/]*/\w+/share/|(?:www\.)?figma\.com/(?:board|design|file))"
    r"|\0[^\0\[]*[?&](?:token|key|sig|secret|pwd)=[^\0]*\0",
    "password": r"(?i:passw\w*|парол\w*|\bpw\b)[^\0]{0,12}\0",
    "api_token": r"(?i:token|\bkey\b|secret|ключ|токен)[^\0]{0,12}\0|\0(?:sk-|ghp_|AIza|xox)",
    "address": r"(?i:live|address|живу|адрес|wohn)[^\0]{0,25}\0",
    "birth_date": r"(?i:born|birth|родил|рожден|geboren)[^\0]{0,25}\0",
    "ip": r"\0\d+(?:\.\d+){3}(?::\d+)?\0",
    "coordinates": r"\0-?\d+\.\d{3,}[ ,;]+-?\d+\.\d{3,}\0",
    "username": r"\0@[a-z]\w{4,}\0(?!\.|/)",
}
#: In these chats capitalised and called by, but nobody's name.
_NOBODY = """
ai ais me or quora phd capcom houston apollo earth moon music sun saturn hawaii telegram discord google youtube gpt
chatgpt claude cloude клод клода клоду gemma suno llama python kaggle github reddit transformer neuralink zoom roger
power low jets bravo alfa delta victor romeo comet vega persei alpheratz sagittarii centauri centuri rosetta earthside
age ascension tananarive west day law sideloading virtperson cryonicists devs posts knights omens borgs teslas
mycrosoft терасем алькор алькоре криорус криоруса криорусу имплаинг
"""
NOBODY = frozenset(_NOBODY.split())


@dataclass(frozen=True)
class Span:
    """A masked stretch: of which persona, what stood there, what stands there now, and the text around it.

    ``person``: whose name it was taken for, where the export knows them.
    """

    persona: str
    original: str
    placeholder: str
    before: str
    after: str
    person: Known | None

    @property
    def kind(self) -> str:
        return "name" if self.placeholder.startswith("user_") else self.placeholder.strip("<>")

    def is_plausible(self, record: Mapping[str, bool]) -> bool:
        """``record``: what a person said of finds, by ``KIND ORIGINAL``; the rules decide where it is silent."""
        said = record.get(f"{self.kind} {self.original}")
        if said is not None:
            return said
        if self.kind in ("name", "person"):
            return self._may_be_a_name()
        pattern = PLAUSIBLE.get(self.kind)
        return pattern is not None and re.search(pattern, f"{self.before}\0{self.original}\0{self.after}") is not None

    def _may_be_a_name(self) -> bool:
        """Capitalised words of which none is an abbreviation or nobody's; not of a sender that is a channel's title."""
        title = self.person is not None and all(re.search(r"\d|\W{2}", name) for name in self.person.names)
        words = re.findall(r"[^\W\d_]+", self.original)
        return (
            not title
            and bool(words)
            and all(
                word[0].isupper() and word.casefold() not in NOBODY and not (word.isupper() and len(word) < 4)
                for word in words
            )
        )


def data_folder(name: str) -> Path | None:
    data = os.environ.get("ANSELM_TEST_DATA")
    folder = Path(data) / name if data else None
    return folder if folder and folder.is_dir() else None


def spans(folder: Path, every: int = 1) -> Iterator[Span]:
    """All that is masked in the personas' chats, or in every so many messages of them."""
    for persona in sorted(folder.iterdir()):
        exports = [json.loads(file.read_text()) for file in sorted(persona.glob("*.json"))]
        people = known_people(exports)
        named = {person.replacement: person for person in people}
        texts = [text for export in exports for chat in export["chats"]["list"] for text in _texts(chat)][::every]
        for text, clean in zip(texts, clean_all(people, texts, named), strict=True):
            for start, end, new in replaced(text, clean):
                if new in text:  # its own markup
                    continue
                near = (text[max(0, start - 40) : start], text[end : end + 40])
                yield Span(persona.name, text[start:end], new, *near, named.get(new))


def known_people(exports: list[dict[str, Any]]) -> list[Known]:
    """Everybody who wrote something, under every name they wrote under. The owner's first name stays."""
    names: dict[str, set[str]] = {}
    owner = exports[0]["personal_information"]
    for export in exports:
        for chat in export["chats"]["list"]:
            for message in chat["messages"]:
                names.setdefault(str(message.get("from_id")), set()).add(message.get("from") or "")
    own = f"user{owner['user_id']}"
    return [
        Known(f"user_{n:04x}", tuple(sorted(called)), keep=frozenset({owner["first_name"]} if peer == own else ()))
        for n, (peer, called) in enumerate(sorted(names.items()))
    ]


def _texts(chat: dict[str, Any]) -> Iterator[str]:
    for message in chat["messages"]:
        text = message["text"]
        yield text if isinstance(text, str) else "".join(p if isinstance(p, str) else p["text"] for p in text)
