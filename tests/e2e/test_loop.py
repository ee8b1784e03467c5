"""The whole loop on the tiny model: from the sample export to the bot's replies and a promoted DPO adapter.

The steps are those of `anselm demo`; after each, the service that did it is asked what it holds.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from cli.demo import conversation, steps
from cli.demo.plan import SAMPLE, Plan
from cli.demo.steps import Loop
from cli.services import Services, connect
from shared.contracts.base import ChatMessage
from shared.contracts.inference import AnswerExtension, ChatExtension
from shared.contracts.jobs import JobState
from shared.contracts.trainer import AdapterState, Run, Stage
from tests.e2e.stack import Stack

T = TypeVar("T")
pytestmark = pytest.mark.timeout(1500)

#: Long enough to be killed between its first checkpoint and its end.
SFT = {"max_steps": 60, "evaluations": 3, "validation_rows": 4, "learning_rate": 1e-2}
DPO = {"max_steps": 2, "learning_rate": 1e-3}
PLAN = Plan(
    sft=SFT,
    dpo=DPO,
    rewrites=4,
    said=("hello there", "and how is kevin?", "what is for dinner?", "see you on the boat", "gute nacht"),
)


async def test_the_loop(stack: Stack) -> None:
    async with connect(stack.settings) as services:
        loop = Loop(PLAN, services)
        await history_is_imported_and_clean(loop)
        await training_survives_a_kill(stack, loop)
        await first_persona_is_live(loop)
        async with conversation.bot(stack.settings, PLAN) as bot_api:
            await bot_talks_and_remembers(loop, bot_api)
            await preferences_make_the_next_persona(loop)
            await forgets_the_tester(services, bot_api)


async def history_is_imported_and_clean(loop: Loop) -> None:
    await steps.import_export(loop)
    report = (await loop.services.ingest.imports())[0].report
    assert report.read == report.new + report.changed + report.unchanged + report.service + sum(report.refused.values())
    assert report.from_owner > 600

    assert await steps.import_export(loop) == f"nothing new among {report.read:,} messages"
    loop.fresh = True

    await steps.record_consents(loop)
    await steps.build_dataset(loop)
    assert loop.dataset is not None
    assert loop.dataset.path is not None
    assert loop.dataset.statistics is not None
    assert loop.dataset.statistics.withheld_messages > 0
    learned = "".join(file.read_text() for file in Path(loop.dataset.path).glob("*.json*"))
    planted = json.loads((SAMPLE / "planted.json").read_text())
    assert [text for texts in planted.values() for text in texts if text in learned] == []


async def training_survives_a_kill(stack: Stack, loop: Loop) -> None:
    """The worker, and the stage that it watches, die after the first checkpoint; the run goes on from there."""
    await steps.measure_baseline(loop)
    training = asyncio.create_task(steps.fine_tune(loop))
    run = await until(lambda: _sft(loop.services), what="a fine-tuning run")
    checkpoints = stack.home / "runs" / run.id / "work" / "output"
    await until(lambda: _exists(checkpoints, "checkpoint-*/trainer_state.json"), what="a checkpoint")
    stack.kill("worker-gpu")
    await training

    run = await loop.services.trainer.run(run.id)
    assert run.state is JobState.DONE
    assert run.attempts == 2
    trained = [json.loads(line) for line in (stack.home / "runs" / run.id / "metrics.jsonl").read_text().splitlines()]
    losses = [point["step"] for point in trained if "loss" in point["values"]]
    assert losses.count(1) == 1, "the second attempt began at the first step"
    assert losses[-1] == SFT["max_steps"]


async def first_persona_is_live(loop: Loop) -> None:
    await steps.evaluate(loop)
    evaluation = loop.evaluations[loop.adapter]
    assert evaluation.gate.reasons == []
    assert evaluation.persona["nll"] < evaluation.base["nll"]
    await steps.promote(loop)
    await steps.await_persona(loop)
    assert (await _answer(loop)).adapter == loop.adapter
    await steps.begin_index(loop)
    await steps.finish_index(loop)


async def bot_talks_and_remembers(loop: Loop, bot_api: str) -> None:
    talk = await conversation.talk(bot_api, PLAN)
    assert [said for said, _ in talk.exchanges] == list(PLAN.said)
    assert all(reply for _, reply in talk.exchanges)
    # A random model has at times nothing to say; the bot says so itself, and such a reply has no buttons.
    assert talk.ratings
    turns = await until(lambda: _turns(loop.services, len(talk.ratings)), what="the remembered turns")
    assert {turn.adapter for turn in turns} == {loop.adapter}
    assert {turn.message for turn in turns} <= set(PLAN.said)
    statistics = await loop.services.feedback.statistics(loop.persona)
    assert (statistics.like_me, statistics.not_like_me) == tuple(map(talk.ratings.count, conversation.RATINGS))


async def preferences_make_the_next_persona(loop: Loop) -> None:
    first = loop.adapter
    await steps.rewrite_replies(loop)
    await steps.train_on_preferences(loop)
    second = loop.adapter
    await steps.evaluate(loop)
    assert loop.evaluations[second].gate.reasons == []
    await steps.promote(loop)

    adapters = {adapter.name: adapter for adapter in await loop.services.trainer.adapters(loop.persona)}
    assert adapters[second].parent == first
    assert adapters[second].stage is Stage.DPO
    assert {name: a.state for name, a in adapters.items()} == {first: AdapterState.RETIRED, second: AdapterState.LIVE}
    await until(lambda: _speaks(loop, second), what=f"{second} in the gateway")


async def forgets_the_tester(services: Services, bot_api: str) -> None:
    assert await services.retrieval.turns(conversation.TESTER)
    assert await conversation.forget(bot_api)
    assert await services.retrieval.turns(conversation.TESTER) == []
    statistics = await services.feedback.statistics(PLAN.persona)
    assert (statistics.like_me, statistics.not_like_me, statistics.rewrites) == (0, 0, PLAN.rewrites)


async def until(ask: Callable[[], Awaitable[T | None]], *, what: str, seconds: float = 180) -> T:
    """Ask until there is an answer."""
    deadline = time.monotonic() + seconds
    while not (answer := await ask()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        await asyncio.sleep(0.1)
    return answer


async def _sft(services: Services) -> Run | None:
    return next((run for run in await services.trainer.runs(PLAN.persona) if run.stage is Stage.SFT), None)


async def _exists(folder: Path, pattern: str) -> bool:
    return any(folder.glob(pattern))


async def _turns(services: Services, count: int):  # type: ignore[no-untyped-def]
    turns = await services.retrieval.turns(conversation.TESTER)
    return turns if len(turns) >= count else None


async def _speaks(loop: Loop, adapter: str) -> bool:
    return (await _answer(loop)).adapter == adapter


async def _answer(loop: Loop) -> AnswerExtension:
    said = [ChatMessage(role="user", content="hello")]
    apart = ChatExtension(retrieval=False, remember=False)
    answers = [piece.answer async for piece in loop.services.inference.stream(loop.persona, said, apart)]
    assert answers[-1] is not None
    return answers[-1]
