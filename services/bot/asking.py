"""Asking the persona: one message in, its whole reply out."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel

from shared.clients.inference import InferenceClient, Piece
from shared.clients.retrieval import RetrievalClient
from shared.contracts.base import ChatMessage
from shared.contracts.feedback import Reply
from shared.contracts.inference import ChatExtension
from shared.contracts.retrieval import Turn
from shared.errors import AnselmError, Unavailable
from shared.telemetry import logger

log = logger(__name__)

#: Exchanges before the message that a verdict is kept with: as many as the trainer's windows hold.
CONTEXT_TURNS = 8


class Answer(BaseModel):
    """A reply, and whether a guard wrote it instead of the persona: such a one is not to be rated."""

    reply: Reply
    guarded: bool


class Persona:
    """The persona that the bot speaks for."""

    def __init__(self, name: str, inference: InferenceClient, retrieval: RetrievalClient) -> None:
        self.name = name
        self._inference = inference
        self._retrieval = retrieval

    async def answer(self, conversation: str, person: str, text: str) -> Answer:
        """The persona's reply to what a person says in a conversation.

        Raises:
            NotFound: the persona is not live.
            Unavailable: the gateway does not answer, or broke off.
        """
        message = ChatMessage(role="user", content=text)
        extension = ChatExtension(conversation=conversation, person=person)
        before, pieces = await asyncio.gather(
            self._turns(conversation, person), self._pieces(message, extension), return_exceptions=False
        )
        last = pieces[-1].answer if pieces else None
        if last is None:
            raise Unavailable("inference broke off in the middle of a reply.", hint="Try again in a moment.")
        reply = Reply(
            id=pieces[-1].id,
            persona=last.persona,
            adapter=last.adapter,
            context=[*context_of(before), message],
            text="".join(piece.text for piece in pieces).strip(),
            asker=person,
        )
        return Answer(reply=reply, guarded=last.guard is not None)

    async def _pieces(self, message: ChatMessage, extension: ChatExtension) -> list[Piece]:
        return [piece async for piece in self._inference.stream(self.name, [message], extension)]

    async def _turns(self, conversation: str, person: str) -> list[Turn]:
        """What this person and the persona said before; nothing when memory is down, a verdict is worth less then."""
        try:
            turns = await self._retrieval.turns(conversation)
        except AnselmError as error:
            log.warning("context_missing", error=type(error).__name__)
            return []
        return [turn for turn in turns if turn.persona == self.name and turn.person == person]


def context_of(turns: list[Turn]) -> list[ChatMessage]:
    """The last exchanges, as the two sides of a chat."""
    return [
        ChatMessage(role=role, content=content)
        for turn in turns[-CONTEXT_TURNS:]
        for role, content in (("user", turn.message), ("assistant", turn.reply))
    ]
