"""How a voice does on real replies that nobody learned from: how surprising it finds them, and what it says instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.trainer.examples import spread
from services.trainer.prompts import context_of, reply_of
from services.trainer.training_rows import Measure
from services.trainer.voice import Sampling, Voice
from shared.contracts.base import ChatMessage
from shared.contracts.ingest import Example

#: Tokens of conversation that are read before a reply.
CONTEXT = 96
#: Of a real reply, so many tokens are measured; of longer ones the beginning.
LONGEST = 64
#: As the project's evaluations draw replies.
TEMPERATURE = 0.8

Done = Callable[[int], None]


@dataclass(frozen=True)
class Size:
    """``messages`` are answered, with at most ``tokens`` tokens each."""

    messages: int
    tokens: int


@dataclass(frozen=True)
class Outcome:
    """``losses`` of the real replies, in nats a token; ``said`` beside ``real`` answers to the same messages, all of
    them cut to the same number of tokens: what is told apart is the voice, not where the limit lies."""

    losses: list[list[float]]
    said: list[str]
    real: list[str]


def held_out(examples: Sequence[Example], size: Size) -> list[Example]:
    """The same examples for every variant."""
    return spread(examples, size.messages)


def outcome(voice: Voice, examples: Sequence[Example], length: Measure, size: Size, seed: int, done: Done) -> Outcome:
    real, contexts = [reply_of(e) for e in examples], [_context(e, length) for e in examples]
    sampling = Sampling(size.tokens, TEMPERATURE, seed)
    said, losses = voice.each_beside(real, contexts, sampling, longest=LONGEST, done=done)
    return Outcome(losses, said, [voice.beginning(reply, size.tokens) for reply in real])


def mean_loss(outcome: Outcome) -> float:
    """Nats a token; a long reply counts for as many tokens as it has."""
    return sum(map(sum, outcome.losses)) / sum(map(len, outcome.losses))


def _context(example: Example, length: Measure) -> list[ChatMessage]:
    """The prompt and the last turns before the reply; a message that is longer than all of it loses its beginning."""
    system, *turns = context_of(example)
    while len(turns) > 1 and length(turns) > CONTEXT:
        turns = turns[1:]
    return [system, *turns[:-1], _ending(turns[-1], length)]


def _ending(turn: ChatMessage, length: Measure) -> ChatMessage:
    while length([turn]) > CONTEXT:
        turn = ChatMessage(role=turn.role, content=turn.content[len(turn.content) // 8 :])
    return turn
