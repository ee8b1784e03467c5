"""The fetch: account, address book, then chat after chat, oldest message first, into a file that an import reads."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from telethon import TelegramClient, utils
from telethon.tl import functions, types

from services.ingest.pulling.calling import Caller, taking_out
from services.ingest.pulling.converting import Names, convert
from services.ingest.pulling.plan import Plan, Source, load_plan
from services.ingest.pulling.pull_file import Part, PullFile, Standing, chat_line, count, page_line
from services.ingest.pulling.starting import MIGRATED, Begin, group_before, start_of
from services.ingest.stage import Stage
from shared.errors import Conflict

PAGE = 100


@dataclass
class Fetch:
    """A fetch under way."""

    stage: Stage
    call: Caller
    plan: Plan
    file: PullFile
    at: Standing

    def tell(self) -> None:
        here = self.at.part.source + 1 if self.at.part else 0
        self.stage.progress.advance(self.at.messages, chats=f"{here}/{len(self.plan.sources)}")


async def fetch(stage: Stage, client: TelegramClient, folder: Path) -> None:
    """Fetch what the plan in the folder says, from where an earlier call was stopped.

    Raises:
        Conflict: another account is logged in than the one that the plan was made for.
    """
    plan, file = load_plan(folder), PullFile(folder)
    at = file.resume()
    stage.progress.stage("fetching", unit="messages", done=at.messages)
    call = Caller(client, stage.progress.note)
    begin = Begin(stage, plan)
    async with AsyncExitStack() as stack:
        if await begin.has_new_chats():
            await stack.enter_async_context(taking_out(call))
        fetching = Fetch(stage, call, plan, file, at)
        if not at.begun:
            await _write_account(fetching)
        for source in range(at.part.source if at.part else 0, len(plan.sources)):
            await _fetch_source(fetching, begin, source)
    file.append({"end": True})


async def _write_account(fetching: Fetch) -> None:
    (me,) = await fetching.call(functions.users.GetUsersRequest([types.InputUserSelf()]))
    if me.id != fetching.plan.user:
        raise Conflict("Another account is logged in by now.", hint="Ask for the pull again.")
    book = await fetching.call(functions.contacts.GetContactsRequest(hash=0))
    contacts = [_named(user) for user in getattr(book, "users", ())]
    # One line: an account without its address book would let names through.
    fetching.file.append({"account": _named(me) | {"username": me.username or ""}, "contacts": contacts})


def _named(user: types.User) -> dict[str, Any]:
    return {"user_id": user.id, "first_name": user.first_name or "", "last_name": user.last_name or ""}


async def _fetch_source(fetching: Fetch, begin: Begin, index: int) -> None:
    """The chat, and before it the group that it was made from. A part that is begun is gone on with."""
    source, resumed = fetching.plan.sources[index], fetching.at.part
    if resumed is None or resumed.source != index:
        if (before := await group_before(fetching.call, begin, source)) is not None:
            after = await start_of(fetching.call, before, fetching.plan.since, None)
            _begin_part(fetching, Part(index, source.id, before, after, shift=MIGRATED))
            await _fetch_part(fetching)
    elif resumed.shift:
        await _fetch_part(fetching)
    if (part := fetching.at.part) is None or part.source != index or part.shift:
        _begin_part(fetching, await begin.part(fetching.call, index))
    await _fetch_part(fetching)


def _begin_part(fetching: Fetch, part: Part) -> None:
    source: Source = fetching.plan.sources[part.source]
    fetching.file.append(chat_line(part, source.type, source.name))
    fetching.at.part, fetching.at.last, fetching.at.beyond = part, 0, 0
    fetching.tell()


async def _fetch_part(fetching: Fetch) -> None:
    """Page by page until there is nothing above, or the limit is reached."""
    part, limit = fetching.at.part, fetching.plan.limit
    assert part is not None
    names = Names(fetching.plan.user)
    while limit is None or fetching.at.beyond < limit:
        page = await _page(fetching.call, part, max(part.after, fetching.at.last), names)
        if not page:
            return
        if limit is not None:
            page = _cut(page, part.pulled_to or 0, limit - fetching.at.beyond)
        kept = [raw for message in page if (raw := convert(message, names, part.shift)) is not None]
        line = page_line(part, page[-1].id, kept)
        fetching.file.append(line)
        count(fetching.at, line)
        fetching.tell()


async def _page(call: Caller, part: Part, after: int, names: Names) -> list[Any]:
    """The next messages above ``after``, the lowest first; their senders are added to ``names``."""
    request = functions.messages.GetHistoryRequest(
        peer=part.peer.to_input(),
        offset_id=after + 1,
        offset_date=None,
        add_offset=-PAGE,
        limit=PAGE,
        max_id=0,
        min_id=after,
        hash=0,
    )
    answer = await call(request)
    names.entities.update({utils.get_peer_id(one): one for one in (*answer.users, *answer.chats)})
    return sorted((one for one in answer.messages if one.id > after), key=lambda one: one.id)


def _cut(page: Sequence[Any], pulled_to: int, left: int) -> list[Any]:
    """Without what is more than ``left`` messages above the cursor."""
    known = [message for message in page if message.id <= pulled_to]
    return known + list(page[len(known) : len(known) + left])
