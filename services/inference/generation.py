"""One run of the model: under the output guard, and under a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from services.inference.backends.base import Backend, ModelNotLoaded, Piece, Sampling, Usage
from services.inference.guards.output import OutputGuard
from services.inference.routing import Live
from shared.contracts.base import ChatMessage
from shared.errors import Unavailable


class Generation:
    """A reply in the making.

    Attributes:
        finish_reason: ``stop`` or ``length``, as OpenAI has it.
        usage: what the model server counted; where the reply was cut before it told, the written pieces.
        guard: the guard that acted, if one did; ``time_limit`` where the time ran out.
    """

    def __init__(self, backend: Backend, live: Live, guard: OutputGuard, seconds: float) -> None:
        self._backend = backend
        self._live = live
        self._output = guard
        self._seconds = seconds
        self._pieces = 0
        self._usage: Usage | None = None
        self._late = False
        self.finish_reason = "stop"

    @property
    def usage(self) -> Usage:
        return self._usage or Usage(prompt=0, completion=self._pieces)

    @property
    def guard(self) -> str | None:
        return self._output.hit or ("time_limit" if self._late else None)

    @property
    def reply(self) -> str:
        return self._output.said

    async def text(self, messages: Sequence[ChatMessage], sampling: Sampling) -> AsyncGenerator[str, None]:
        """The reply as it may be sent. Closing it stops the model server.

        Raises:
            Unavailable: the model server failed, or said nothing within the time.
            Invalid: it refuses the prompt.
        """
        async with aclosing(self._generate(messages, sampling)) as pieces:
            async for piece in pieces:
                if sendable := self._output.feed(piece.text):
                    yield sendable
                if self._output.stopped:
                    break
        if rest := self._output.end():
            yield rest

    async def _generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> AsyncGenerator[Piece, None]:
        """What the model writes until it ends or time is up."""
        deadline = asyncio.get_running_loop().time() + self._seconds
        async with aclosing(self._from_server(messages, sampling)) as pieces:
            while True:
                try:
                    # Around each step, not around the loop: a timeout must not be left open while others run.
                    async with asyncio.timeout_at(deadline):
                        piece = await anext(pieces)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    self._give_up()
                    return
                self._note(piece)
                yield piece

    async def _from_server(self, messages: Sequence[ChatMessage], sampling: Sampling) -> AsyncGenerator[Piece, None]:
        """The server's pieces; a server that was restarted and lost the model gets it again, once."""
        for attempt in range(2):
            try:
                async with aclosing(self._backend.stream(self._live.model, messages, sampling)) as pieces:
                    async for piece in pieces:
                        yield piece
            except ModelNotLoaded:
                if attempt:
                    raise
                await self._backend.prepare(self._live.route)
            else:
                return

    def _note(self, piece: Piece) -> None:
        self._pieces += bool(piece.text)
        self._usage = piece.usage or self._usage
        self.finish_reason = piece.finish_reason or self.finish_reason

    def _give_up(self) -> None:
        if not self._pieces:
            what = f"The model server wrote nothing within {self._seconds:g} seconds."
            raise Unavailable(what, hint="It is overloaded: try again later, or raise REPLY_TIMEOUT.")
        self._late, self.finish_reason = True, "length"
