"""The consented messages of the chosen chats, chat by chat, to whom makes examples of them."""

from __future__ import annotations

import asyncio
import os
from asyncio import Task
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from services.ingest.crew import Crew, crew_of
from services.ingest.dataset.exchanges import DIALOGUES
from services.ingest.dataset.portions import ChatWork, Portion, PortionWriter
from services.ingest.repository.consented import consented_messages
from services.ingest.repository.history import History
from services.ingest.repository.sides import Sides
from services.ingest.sources import Source
from services.ingest.stage import Stage
from shared.contracts.ingest import Purpose

#: Messages that one process is done with before another one has started.
FEW = 20_000


@dataclass
class Gathered:
    """``former``: by chat, the side of replies that had one before; ``passed_over``: messages of no dialogue;
    ``measured_by``: what counted tokens."""

    portions: list[Portion] = field(default_factory=list)
    former: dict[int, Mapping[int, str]] = field(default_factory=dict)
    passed_over: int = 0
    measured_by: str = ""

    @property
    def own(self) -> int:
        """Messages of the owner."""
        return sum(portion.own for portion in self.portions)


async def gather(stage: Stage, session: AsyncSession, source: Source, writer: PortionWriter) -> Gathered:
    """The examples of every dialogue of the source, in the order of the chats."""
    account, types = source.account, source.types
    counts = await _counts(session, account)
    gathered = Gathered(passed_over=sum(counts.get(chat, 0) for chat in types if types[chat] not in DIALOGUES))
    # The longest first, so that the processes end together.
    chats = sorted((chat for chat in types if types[chat] in DIALOGUES), key=lambda chat: (-counts.get(chat, 0), chat))
    stage.progress.stage("reading", total=sum(counts.get(chat, 0) for chat in chats), unit="messages")
    size = _size(stage, sum(counts.get(chat, 0) for chat in chats))
    async with crew_of(writer, size) as crew:
        reader = _Reader(stage, session, source, crew, gathered)
        try:
            for chat in chats:
                await reader.begin(chat)
            await reader.finish()
        finally:
            reader.stop()
    gathered.portions.sort(key=lambda portion: portion.chat)
    return gathered


@dataclass
class _Reader:
    stage: Stage
    session: AsyncSession
    source: Source
    crew: Crew[ChatWork, Portion]
    gathered: Gathered
    _waiting: set[Task[Portion]] = field(default_factory=set)
    _read: int = 0

    async def begin(self, chat: int) -> None:
        """Read a chat and hand it over; no more are in memory than there are processes, and one."""
        while len(self._waiting) > self.crew.size:
            await self._collect()
        source = self.source
        found = consented_messages(self.session, source.account, chat, Purpose.TRAIN)
        messages = [message async for message in found]
        self.gathered.former[chat] = former = await Sides(self.session).of_chat(source.account, chat)
        work = ChatWork(chat, source.types[chat], source.relations[chat], messages, former)
        self._read += len(messages)
        self._waiting.add(asyncio.create_task(self.crew.encode(work)))

    async def finish(self) -> None:
        while self._waiting:
            await self._collect()

    async def _collect(self) -> None:
        done, self._waiting = await asyncio.wait(self._waiting, return_when=asyncio.FIRST_COMPLETED)
        self.gathered.portions += [task.result() for task in done]
        examples = sum(len(portion.facts) for portion in self.gathered.portions)
        self.stage.progress.advance(self._read, examples=examples)

    def stop(self) -> None:
        for task in self._waiting:
            task.cancel()


async def _counts(session: AsyncSession, account: int) -> dict[int, int]:
    counts = await History(session).chat_counts()
    return {chat: count for (its, chat), count in counts.items() if its == account}


def _size(stage: Stage, messages: int) -> int:
    return 0 if messages < FEW else stage.settings.cleaning_processes or os.cpu_count() or 1
