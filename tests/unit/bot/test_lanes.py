from __future__ import annotations

import asyncio
from typing import Any

from aiogram.types import Update

from services.bot.keyboards import Forget, Rate
from services.bot.lanes import Lanes, lane_of
from shared.contracts.feedback import Verdict

CHAT = {"id": 7, "type": "private"}
USER = {"id": 7, "is_bot": False, "first_name": "Mara"}
MESSAGE = {"message_id": 1, "date": 0, "chat": CHAT, "from": USER, "text": "hi"}


def update(**event: Any) -> Update:
    return Update.model_validate({"update_id": 1, **event})


def press(data: str) -> Update:
    return update(callback_query={"id": "1", "from": USER, "chat_instance": "1", "message": MESSAGE, "data": data})


async def test_order_within_a_lane_and_none_between_lanes() -> None:
    lanes, done, gate = Lanes(), [], asyncio.Event()

    async def work(name: str, wait: bool = False) -> None:
        if wait:
            await gate.wait()
        done.append(name)

    lanes.put("a", lambda: work("a1", wait=True))
    lanes.put("a", lambda: work("a2"))
    lanes.put("b", lambda: work("b1"))
    await asyncio.wait_for(_until(lambda: done == ["b1"]), 5)
    gate.set()
    await asyncio.wait_for(_until(lambda: done == ["b1", "a1", "a2"]), 5)


async def test_closing_starts_nothing_more_and_cancels_what_is_late() -> None:
    lanes, seen = Lanes(), []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    async def never() -> None:
        seen.append("started")

    lanes.put("a", for_ever)
    lanes.put("a", never)
    await asyncio.sleep(0)
    await lanes.close(grace=0.01)
    assert seen == ["cancelled"]


async def test_work_that_fails_does_not_stop_its_lane() -> None:
    lanes, done = Lanes(), asyncio.Event()

    async def fail() -> None:
        raise ValueError

    async def succeed() -> None:
        done.set()

    lanes.put("a", fail)
    lanes.put("a", succeed)
    await asyncio.wait_for(done.wait(), 5)


def test_talk_and_forgetting_share_a_lane_that_verdicts_do_not_wait_for() -> None:
    talk = lane_of(update(message=MESSAGE))
    assert lane_of(press(Forget(user=7, confirmed=True).pack())) == talk
    assert lane_of(press(Rate(verdict=Verdict.LIKE_ME).pack())) != talk


async def _until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0)
