"""Order where it matters: work of one lane runs one after the other, different lanes at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiogram.dispatcher.middlewares.user_context import UserContextMiddleware
from aiogram.types import Update

from services.bot.keyboards import Forget


def lane_of(update: Update) -> str:
    """One lane a tester and chat; ratings have one of their own, since they need not wait for a reply under way."""
    where = UserContextMiddleware.resolve_event_context(update)
    press = update.callback_query
    forgetting = press is not None and (press.data or "").startswith(Forget.__prefix__)
    kind = "talk" if update.message or forgetting else "feedback"
    return f"{kind}:{where.chat_id}:{where.user_id}"


class Lanes:
    """Each piece of work is a task that first waits for the one before it."""

    def __init__(self) -> None:
        self._last: dict[str, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def put(self, lane: str, work: Callable[[], Awaitable[None]]) -> None:
        task = asyncio.create_task(self._run(self._last.get(lane), work))
        self._last[lane] = task
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._drop(lane, done))

    async def close(self, grace: float) -> None:
        """Start nothing more, let what runs finish within ``grace`` seconds, and cancel the rest."""
        self._closing = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, before: asyncio.Task[None] | None, work: Callable[[], Awaitable[None]]) -> None:
        if before is not None:
            await asyncio.wait([before])
        if not self._closing:
            await work()

    def _drop(self, lane: str, done: asyncio.Task[None]) -> None:
        self._tasks.discard(done)
        if self._last.get(lane) is done:
            del self._last[lane]
