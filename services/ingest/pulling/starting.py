"""Where reading a chat begins: at a date or a number of messages, or below the cursor, to see edits and deletions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from telethon.tl import functions, types

from services.ingest.pulling.calling import Caller
from services.ingest.pulling.dialogs import Peer
from services.ingest.pulling.plan import Plan, Source
from services.ingest.pulling.pull_file import Part
from services.ingest.repository.pulls import Pulls
from services.ingest.stage import Stage

#: What Telegram Desktop adds to the ids of the group that a supergroup was made from.
MIGRATED = -1_000_000_000


@dataclass(frozen=True)
class Begin:
    """Knows from the tables how far each chat was pulled."""

    stage: Stage
    plan: Plan

    async def cursors(self) -> dict[int, int]:
        async with self.stage.database.transaction() as session:
            pulls = Pulls(session)
            return await pulls.cursors(await pulls.account(self._owner))

    async def has_new_chats(self) -> bool:
        known = await self.cursors()
        return any(source.id not in known for source in self.plan.sources)

    async def part(self, call: Caller, index: int) -> Part:
        """The part to begin now. A chat that was pulled before is read from below its cursor, without a gap."""
        source, plan = self.plan.sources[index], self.plan
        pulled_to = (await self.cursors()).get(source.id)
        if pulled_to is None:
            after = await start_of(call, source.peer, plan.since, plan.limit)
        else:
            after = await self._read_again_after(source.id, pulled_to)
            if plan.since is not None:
                after = min(after, await start_of(call, source.peer, plan.since, None))
        return Part(index, source.id, source.peer, after, pulled_to)

    async def _read_again_after(self, chat: int, pulled_to: int) -> int:
        async with self.stage.database.transaction() as session:
            pulls = Pulls(session)
            account = await pulls.account(self._owner)
            return await pulls.below_newest(account, chat, pulled_to, self.stage.settings.pull_reread)

    @property
    def _owner(self) -> bytes:
        return self.stage.keys.peer_hash(f"user{self.plan.user}")


async def start_of(call: Caller, peer: Peer, since: int | None, limit: int | None) -> int:
    """The id above which the messages since a moment lie, at most ``limit`` of them."""
    before = await _one_message(call, peer, offset_date=since) if since is not None else 0
    beyond = await _one_message(call, peer, add_offset=limit) if limit is not None else 0
    return max(before, beyond)


async def group_before(call: Caller, begin: Begin, source: Source) -> Peer | None:
    """The group that a supergroup was made from, where its messages are wanted too: at a first, unlimited pull."""
    wanted = source.type.endswith("_supergroup") and begin.plan.limit is None
    if not wanted or source.id in await begin.cursors():
        return None
    answer = await call(functions.channels.GetFullChannelRequest(source.peer.to_input()))
    number = answer.full_chat.migrated_from_chat_id
    return Peer("chat", number) if number else None


async def _one_message(call: Caller, peer: Peer, *, offset_date: int | None = None, add_offset: int = 0) -> int:
    """The id of one message, counted from the newest, or from the newest before a moment; 0 where there is none."""
    answer: Any = await call(
        functions.messages.GetHistoryRequest(
            peer=peer.to_input(),
            offset_id=0,
            offset_date=offset_date,
            add_offset=add_offset,
            limit=1,
            max_id=0,
            min_id=0,
            hash=0,
        )
    )
    return max((one.id for one in answer.messages if not isinstance(one, types.MessageEmpty)), default=0)
