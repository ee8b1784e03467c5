"""From what the database found to what a reply needs to know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.retrieval.ranking import fuse
from shared.contracts.base import ChatMessage
from shared.contracts.retrieval import Context, Hit


class Source(StrEnum):
    """How a passage was found, and so what its ``weight`` is; a smaller weight always comes first."""

    VECTOR = "vector"  # cosine distance
    TEXT = "text"  # full-text rank, negated
    ANCHOR = "anchor"  # place among the anchors
    TURN = "turn"  # Unix time in seconds


@dataclass(frozen=True)
class Passage:
    """Something said, and what was answered."""

    source: Source
    weight: float
    id: str
    context: str
    reply: str
    at: datetime


def ranked(passages: Iterable[Passage], source: Source) -> list[Passage]:
    """The passages of one source, best first."""
    return sorted((p for p in passages if p.source is source), key=lambda p: (p.weight, p.id))


def best(passages: list[Passage], count: int) -> list[Hit]:
    """The best of the vector and the full-text ranking, fused."""
    rankings = [ranked(passages, Source.VECTOR), ranked(passages, Source.TEXT)]
    known = {p.id: p for ranking in rankings for p in ranking}
    fused = fuse(*([p.id for p in ranking] for ranking in rankings))
    return [_hit(known[id_], score) for id_, score in fused[:count]]


def assemble(passages: list[Passage], *, examples: int, anchors: int) -> Context:
    """A reply's context. An anchor that is also an example is said once."""
    hits = best(passages, examples)
    seen = {hit.id for hit in hits}
    rest = [_hit(p, 0.0) for p in ranked(passages, Source.ANCHOR) if p.id not in seen]
    turns = [message for p in ranked(passages, Source.TURN) for message in _messages(p)]
    return Context(turns=turns, examples=hits, anchors=rest[:anchors])


def _hit(passage: Passage, score: float) -> Hit:
    return Hit(id=passage.id, context=passage.context, reply=passage.reply, at=passage.at, score=score)


def _messages(turn: Passage) -> list[ChatMessage]:
    return [ChatMessage(role="user", content=turn.context), ChatMessage(role="assistant", content=turn.reply)]
