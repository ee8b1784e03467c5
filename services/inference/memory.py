"""What a reply may remember, and what is remembered of it. Either may fail; the reply is written all the same."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from celery import Celery

from services.inference.metrics import Metrics
from services.inference.prompt import Recalled
from services.inference.settings import InferenceSettings
from shared.clients.retrieval import RetrievalClient
from shared.contracts.base import ChatMessage
from shared.contracts.inference import ChatExtension
from shared.contracts.retrieval import REMEMBER_TASK, ContextRequest, Turn
from shared.errors import AnselmError
from shared.queue import enqueue
from shared.telemetry import logger

log = logger(__name__)

WITHOUT_CONTEXT = "retrieval did not answer: written without memory and examples"


class Memory:
    """Retrieval on the way in, the ``memory`` queue on the way out."""

    def __init__(
        self, retrieval: RetrievalClient, queue: Celery, settings: InferenceSettings, metrics: Metrics
    ) -> None:
        self._retrieval = retrieval
        self._queue = queue
        self._settings = settings
        self._metrics = metrics

    async def recall(
        self, persona: str, message: str, history: Sequence[ChatMessage], extension: ChatExtension
    ) -> tuple[Recalled, str | None]:
        """What is known that helps to answer, and a warning where retrieval did not answer.

        A caller who sends the conversation along is believed; its remembered turns are not asked for.
        """
        if not wants_context(extension):
            return Recalled(turns=history), None
        remembered = self._settings.prompt_turns if extension.conversation and not history else 0
        request = ContextRequest(
            persona=persona,
            conversation=extension.conversation or "none",
            message=message,
            turns=remembered,
            examples=self._settings.prompt_examples,
            anchors=self._settings.prompt_anchors,
        )
        try:
            async with asyncio.timeout(self._settings.context_timeout.total_seconds()):
                found = await self._retrieval.context(request)
        except (AnselmError, TimeoutError) as error:
            self._metrics.retrieval_failures.inc()
            log.warning("written_without_context", persona=persona, reason=type(error).__name__)
            return Recalled(turns=history), WITHOUT_CONTEXT
        # The most similar exchange stands nearest to the message, where it counts most.
        return Recalled(found.anchors, found.examples[::-1], list(history) or found.turns), None

    async def remember(self, turn: Turn) -> None:
        """Queue a delivered turn. Delivering it twice is harmless: its key is the completion's id."""
        try:
            await asyncio.to_thread(
                enqueue, self._queue, REMEMBER_TASK, "memory", task_id=turn.key, turn=turn.model_dump(mode="json")
            )
        except AnselmError as error:
            self._metrics.memory_failures.inc()
            log.warning("turn_not_remembered", persona=turn.persona, reason=type(error).__name__)


def wants_context(extension: ChatExtension) -> bool:
    """With a conversation unless declined; without one only when asked for by name."""
    return extension.retrieval and (extension.conversation is not None or "retrieval" in extension.model_fields_set)
