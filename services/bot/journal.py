"""What handling one update has done so far, so that a bot that was killed in the middle does each thing once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from aiogram.types import Chat, Message
from pydantic import BaseModel
from redis.asyncio import Redis

from shared.sealing import Place, Seal
from shared.telemetry import logger

log = logger(__name__)

Model = TypeVar("Model", bound=BaseModel)

#: The journal of the update that this task handles; none outside of handlers.
current: ContextVar[Journal | None] = ContextVar("journal", default=None)

#: The id of a message that may have been sent, by a bot that did not live to hear.
UNKNOWN = 0


class Journal:
    """Handlers run again from their beginning after a restart; what the journal holds is not done a second time.

    A send is noted before it is tried. A bot that dies in between finds the note, cannot know, and does not repeat it:
    one bubble may be lost to a kill, none is ever sent twice.
    """

    def __init__(self, redis: Redis, seal: Seal, update_id: int, ttl: timedelta) -> None:
        self._redis = redis
        self._seal = seal
        self._key = f"anselm:bot:journal:{update_id}"
        self._ttl = ttl
        self._sent = 0

    async def once(self, name: str, model: type[Model], effect: Callable[[], Awaitable[Model]]) -> Model:
        """The result of an effect: that of the first time, if there was one."""
        if (known := await self._known(name)) is not None:
            return model.model_validate_json(known)
        result = await effect()
        await self._note(name, result.model_dump_json())
        return result

    async def send(
        self, chat_id: int, send: Callable[[], Awaitable[Message]], refused: Callable[[Exception], bool]
    ) -> Message:
        """The next message of this update, sent unless it was.

        Args:
            refused: whether an error means that the message was not sent. Other errors leave that open, and the
                message counts as sent.
        """
        step = f"sent-{self._sent}"
        if (known := await self._known(step)) is not None:
            self._sent += 1
            return _stand_in(chat_id, int(known))
        await self._note(step, str(UNKNOWN))
        try:
            message = await send()
        except Exception as error:
            if refused(error):
                await self._redis.hdel(self._key, step)
                raise
            log.warning("send_unclear", error=type(error).__name__)
            message = _stand_in(chat_id, UNKNOWN)
        await self._note(step, str(message.message_id))
        self._sent += 1
        return message

    async def close(self) -> None:
        await self._redis.delete(self._key)

    async def _known(self, name: str) -> str | None:
        sealed = await self._redis.hget(self._key, name)
        return self._seal.unseal(sealed, Place.JOURNAL) if sealed is not None else None

    async def _note(self, name: str, value: str) -> None:
        async with self._redis.pipeline() as pipe:
            pipe.hset(self._key, name, self._seal.seal(value, Place.JOURNAL))
            pipe.expire(self._key, self._ttl)
            await pipe.execute()


def _stand_in(chat_id: int, message_id: int) -> Message:
    return Message(message_id=message_id, date=datetime.now(UTC), chat=Chat(id=chat_id, type="private"))
