"""The models, loaded when the first doubtful words ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from services.ingest.recognition.lexicon import Lexicon

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine

    from services.ingest.recognition.recognisers import Mention

#: Texts that are judged at once.
CHUNK = 512


@dataclass
class Models:
    lexicon: Lexicon

    def mentions(self, questions: Sequence[tuple[str, str]]) -> Iterator[list[Mention]]:
        """Who and what is named in each of pairs of a text and its language."""
        for start in range(0, len(questions), CHUNK):
            chunk = questions[start : start + CHUNK]
            for recogniser in self._engine.registry.recognizers:
                recogniser.prepare([text for text, language in chunk if language == recogniser.supported_language])
            for text, language in chunk:
                yield [(one.entity_type, one.start, one.end) for one in self._engine.analyze(text, language)]

    @cached_property
    def _engine(self) -> AnalyzerEngine:
        from services.ingest.recognition.recognisers import engine

        return engine(self.lexicon)
