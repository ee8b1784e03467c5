"""One reply, from the message to the last word: guard, recall, prompt, generate, report."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.inference.admission import Admission
from services.inference.backends.base import Backend, Sampling, Usage
from services.inference.generation import Generation
from services.inference.guards.identity import in_language, language_of
from services.inference.guards.input import FixedAnswer, inspect, require_length
from services.inference.guards.output import OutputGuard
from services.inference.memory import Memory
from services.inference.metrics import Metrics
from services.inference.prompt import build, system_prompt
from services.inference.routing import Live, Router
from services.inference.settings import InferenceSettings
from shared.contracts.base import ChatMessage
from shared.contracts.inference import AnswerExtension, ChatExtension
from shared.contracts.retrieval import Turn
from shared.privacy.detectors import masked
from shared.system_prompt import Relation


@dataclass(frozen=True)
class Question:
    """A message to a persona. ``history``: the conversation before it, where the caller keeps it."""

    id: str
    persona: str
    message: str
    history: tuple[ChatMessage, ...]
    sampling: Sampling
    extension: ChatExtension
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class End:
    """The reply is complete. ``turn`` is to be remembered once it has been delivered."""

    finish_reason: str
    usage: Usage
    answer: AnswerExtension
    turn: Turn | None


#: A reply: who writes it, then its text in parts, then its end.
Part = Live | str | End


@dataclass(frozen=True)
class Chat:
    """Writes replies."""

    router: Router
    backend: Backend
    memory: Memory
    admission: Admission
    settings: InferenceSettings
    metrics: Metrics

    async def reply(self, question: Question) -> AsyncGenerator[Part, None]:
        """The parts of a reply. Closing it stops the model server's work.

        Raises:
            Invalid, TooLarge: the message. NotFound: no such persona. TooManyRequests: no place is free.
            Unavailable: trainer or model server, the latter also in the middle of the reply.
        """
        require_length(question.message, self.settings.message_characters)
        live = await self.router.find(question.persona)
        with self.metrics.request(live.route.persona) as seen, self.admission.slot():
            fixed = self._inspected(question.message)
            question = without_private(question)
            parts = _fixed(question, live, fixed) if fixed else self._written(question, live)
            yield live
            async with aclosing(parts):
                async for part in parts:
                    if isinstance(part, End):
                        seen.ended(part.answer.guard, part.finish_reason, part.usage)
                    else:
                        seen.text()
                    yield part

    def _inspected(self, message: str) -> FixedAnswer | None:
        return inspect(message, disclosure=self.settings.disclosure, secret_warning=self.settings.secret_warning)

    def _relation(self, persona: str) -> Relation:
        return self.settings.relations.get(persona, self.settings.relation)

    async def _written(self, question: Question, live: Live) -> AsyncGenerator[str | End, None]:
        # A turn is as old as its question: one forgotten while the reply is written stays forgotten.
        asked_at = datetime.now(UTC)
        recalled, warning = await self.memory.recall(
            live.route.persona, question.message, question.history, question.extension
        )
        relation = question.extension.relation or self._relation(live.route.persona)
        system = system_prompt(live.route.system_prompt, relation, recalled, question.message)
        prompt = build(system, recalled, question.message, self.settings.prompt_characters)
        disclosure = in_language(self.settings.disclosure, language_of(question.message))
        seconds = self.settings.reply_timeout.total_seconds()
        generation = Generation(self.backend, live, OutputGuard(disclosure), seconds)
        async with aclosing(generation.text(prompt.messages, question.sampling)) as texts:
            async for text in texts:
                yield text
        answer = AnswerExtension(
            persona=live.route.persona,
            adapter=live.route.adapter,
            guard=generation.guard,
            examples=prompt.examples,
            warnings=[*question.warnings, *([warning] if warning else [])],
        )
        turn = _turn(question, live, generation.reply, asked_at)
        yield End(generation.finish_reason, generation.usage, answer, turn)


def without_private(question: Question) -> Question:
    """The same with everybody's personal data masked: neither the model nor the memory has use for them."""
    message = masked(question.message)
    history = tuple(said.model_copy(update={"content": masked(said.content).text}) for said in question.history)
    warning = f"masked in the message: {', '.join(sorted(message.masked))}"
    warnings = (*question.warnings, warning) if message.masked else question.warnings
    return replace(question, message=message.text, history=history, warnings=warnings)


async def _fixed(question: Question, live: Live, fixed: FixedAnswer) -> AsyncGenerator[str | End, None]:
    yield fixed.text
    answer = AnswerExtension(
        persona=live.route.persona, adapter=live.route.adapter, guard=fixed.guard, warnings=list(question.warnings)
    )
    turn = _turn(question, live, fixed.text, datetime.now(UTC)) if fixed.keep else None
    yield End("stop", Usage(0, 0), answer, turn)


def _turn(question: Question, live: Live, reply: str, at: datetime) -> Turn | None:
    """What is to be remembered: nothing unless the caller said in which conversation, and of whom."""
    extension = question.extension
    if not (extension.remember and extension.conversation and extension.person and reply.strip()):
        return None
    return Turn(
        key=question.id,
        persona=live.route.persona,
        conversation=extension.conversation,
        person=extension.person,
        message=question.message,
        reply=reply,
        adapter=live.route.adapter,
        at=at,
    )
