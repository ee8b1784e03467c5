"""The figures of a voice on held-out messages, beside those of the owner."""

from __future__ import annotations

from collections.abc import Sequence

from services.trainer.examples import Dataset
from services.trainer.parroting import parroting_rate
from services.trainer.prompts import context_of, reply_of
from services.trainer.style import telling_apart_auc
from services.trainer.surface import surface_style
from services.trainer.training_rows import Measure
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example
from shared.style import StyleClassifier

#: Tokens of conversation that a model reads before it answers: most conversations of a chat fit, and reading is what
#: takes longest on a CPU.
CONTEXT_TOKENS = 160


def contexts_of(examples: Sequence[Example], length: Measure) -> list[Sequence[ChatMessage]]:
    """What each example's reply answers, behind its system prompt, without its oldest messages where it is long."""
    return [_fitting(context_of(example), length) for example in examples]


def style_classifier(dataset: Dataset, base_replies: Sequence[str]) -> StyleClassifier:
    """Fitted on the training split: the owner against contacts and the base model."""
    owner = {reply_of(example) for example in dataset.train}
    contacts = {m.content for example in dataset.train for m in example.messages if m.role == "user"}
    return StyleClassifier(sorted(owner), sorted(contacts - owner) + list(base_replies))


def owner_figures(real: Sequence[str], dataset: Dataset, classifier: StyleClassifier) -> dict[str, float]:
    return {"style_score": classifier.score(real), "parroting": _parroting(real, dataset), **surface_style(real)}


def voice_figures(
    replies: Sequence[str], real: Sequence[str], dataset: Dataset, classifier: StyleClassifier
) -> dict[str, float]:
    """What generated ``replies`` to the messages that ``real`` answered are like."""
    return {"auc": telling_apart_auc(real, replies), **owner_figures(replies, dataset, classifier)}


def _parroting(replies: Sequence[str], dataset: Dataset) -> float:
    return parroting_rate(replies, (reply_of(example) for example in dataset.train))


def _fitting(context: Sequence[ChatMessage], length: Measure) -> Sequence[ChatMessage]:
    """At least the last message, however long."""
    system = [m for m in context if m.role == "system"]
    turns = [m for m in context if m.role != "system"]
    while len(turns) > 1 and length(turns) > CONTEXT_TOKENS:
        turns = turns[1:]
    return [*system, *turns]
