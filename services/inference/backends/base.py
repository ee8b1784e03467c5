"""What the gateway asks of a model server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.contracts.base import ChatMessage
from shared.contracts.trainer import Route
from shared.errors import Unavailable


@dataclass(frozen=True)
class Sampling:
    """How the next token is drawn. ``temperature`` 0 always takes the likeliest."""

    temperature: float
    top_p: float
    repetition_penalty: float
    max_tokens: int
    stop: tuple[str, ...] = ()
    seed: int | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens, as the model server counted them."""

    prompt: int
    completion: int


@dataclass(frozen=True)
class Piece:
    """A piece of generated text; ``finish_reason`` (``stop`` or ``length``) comes with the last one, or after it."""

    text: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None


class ModelNotLoaded(Unavailable):
    """The model server does not know this model (any more): prepare it, then try again."""

    code = "model_not_loaded"


class Backend(Protocol):
    """A model server. Every method raises ``Unavailable`` when it does not answer."""

    def model_name(self, route: Route) -> str:
        """The immutable name under which the server knows a route's weights.

        Raises:
            Unavailable: this server cannot serve the route; the message says what is missing.
        """

    async def prepare(self, route: Route) -> None:
        """Make the server answer for a route without delay; harmless to repeat.

        Raises:
            Unavailable: the server cannot load it; the message has the server's reason.
        """

    def stream(self, model: str, messages: Sequence[ChatMessage], sampling: Sampling) -> AsyncGenerator[Piece, None]:
        """Generate. Closing the generator stops the server's work.

        Raises:
            ModelNotLoaded: before the first piece.
            Invalid: the server refuses the prompt, for example as too long.
            Unavailable: the server stopped in the middle.
        """

    async def release(self, model: str) -> None:
        """Let the server forget a model that nobody speaks with any more; harmless to repeat."""

    async def ready(self) -> None:
        """Raise ``Unavailable`` unless the server answers."""

    async def close(self) -> None: ...
