"""The models, loaded where doubtful words ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.ingest.recognition.lexicon import Lexicon

if TYPE_CHECKING:
    from services.ingest.recognition.recognisers import Mention

#: Texts that are judged at once.
CHUNK = 512


@dataclass(frozen=True)
class Models:
    lexicon: Lexicon

    def mentions(self, questions: Sequence[tuple[str, str]]) -> Iterator[list[Mention]]:
        """Who and what is named in each of pairs of a text and its language."""
        if not questions:
            return
        from services.ingest.recognition.recognisers import engine  # seconds that most pulls can spare

        loaded = engine(self.lexicon, {language for _, language in questions})
        for start in range(0, len(questions), CHUNK):
            yield from loaded.mentions(questions[start : start + CHUNK])
