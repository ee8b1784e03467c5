"""The demo from start to end: each step in a line, with its time."""

from __future__ import annotations

import json
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from cli import secrets
from cli.console import err, say
from cli.demo import conversation, report, steps
from cli.demo.memory import PeakMemory
from cli.demo.plan import Plan
from cli.demo.steps import Loop
from cli.leaks import print_leaks
from cli.services import connect
from cli.settings import CliSettings, load, secrets_folder
from cli.stack import detached, lock, state
from cli.stack.run import make_home
from cli.stack.settings import StackSettings
from cli.stack.view import View
from shared.errors import AnselmError
from shared.settings import Settings

CONSENT = (
    "The sample's owner, Anselm Varga, is invented, and consents: learn from my own messages, and quote them. "
    "His contacts agreed one by one; examples/anselm/consents.json says how."
)

Way = tuple[tuple[str, Callable[[Loop], Awaitable[str]]], ...]

TO_A_DATASET: Way = (
    ("import", steps.import_export),
    ("consent", steps.record_consents),
    ("dataset", steps.build_dataset),
)
TO_A_PERSONA: Way = (
    ("baseline", steps.measure_baseline),
    ("index", steps.finish_index),
    ("fine-tune", steps.fine_tune),
    ("evaluate", steps.evaluate),
    ("promote", steps.promote),
)
TO_A_BETTER_ONE: Way = (
    ("rewrite", steps.rewrite_replies),
    ("preferences", steps.train_on_preferences),
    ("evaluate", steps.evaluate),
    ("promote", steps.promote),
)


@dataclass
class Narrator:
    """Tells each step in one line: number, name, what it did, seconds."""

    console: Console
    steps: list[dict[str, Any]] = field(default_factory=list)

    async def tell(self, name: str, work: Awaitable[str]) -> str:
        began = time.monotonic()
        line = await work
        self.record(name, line, time.monotonic() - began)
        return line

    def record(self, name: str, line: str, seconds: float) -> None:
        self.steps.append({"step": name, "line": line, "seconds": round(seconds, 1)})
        self.console.print(
            f"[bold]{len(self.steps):2}  {name:<11}[/bold] {escape(line)}  [dim]{seconds:.0f} s[/dim]", soft_wrap=True
        )


@dataclass(frozen=True)
class Outcome:
    """The figures of one demo, as `demo.json` keeps them."""

    total_s: float
    peak_gib: float
    first_reply_s: float
    style: dict[str, dict[str, float]]
    steps: list[dict[str, Any]]


async def run(plan: Plan, console: Console, *, keep: bool, began: float | None = None) -> Outcome:
    """Run the whole loop.

    Args:
        keep: leave the stack running, unless it ran before.
        began: when set-up began (Unix time), where the demo is part of something longer.
    """
    started = time.time() if began is None else began
    narrator = Narrator(console)
    if began is not None:
        narrator.record("set-up", "Python environment", time.time() - began)
    home = Settings().anselm_home
    with PeakMemory(lambda: _roots(home)) as memory:
        async with _stack(narrator, keep=keep) as settings, connect(settings) as services:
            loop = Loop(plan, services)
            talk = await play(loop, narrator, settings)
    outcome = Outcome(
        total_s=round(time.time() - started, 1),
        peak_gib=round(memory.gib, 2),
        first_reply_s=round(talk.first_reply_s, 2),
        style={name: evaluation.persona for name, evaluation in loop.evaluations.items()}
        | {"base": loop.evaluations[loop.adapter].base, "owner": loop.evaluations[loop.adapter].owner},
        steps=narrator.steps,
    )
    (home / "demo.json").write_text(json.dumps(asdict(outcome), indent=1) + "\n")
    _print_end(console, loop, outcome, settings, keeps=lock.is_held(home))
    return outcome


async def play(loop: Loop, narrator: Narrator, settings: CliSettings) -> conversation.Talk:
    """The loop itself, against a stack that runs."""
    say(CONSENT)
    await _go(loop, narrator, TO_A_DATASET)
    await steps.begin_index(loop)
    await _go(loop, narrator, TO_A_PERSONA)
    await steps.await_persona(loop)
    async with conversation.bot(settings, loop.plan) as bot_api:
        talk = await _talk(bot_api, loop.plan, narrator)
        await _go(loop, narrator, TO_A_BETTER_ONE)
        await narrator.tell("forget", _forget(bot_api, loop))
    return talk


async def _go(loop: Loop, narrator: Narrator, way: Way) -> None:
    for name, step in way:
        await narrator.tell(name, step(loop))


async def _talk(bot_api: str, plan: Plan, narrator: Narrator) -> conversation.Talk:
    began = time.monotonic()
    talk = await conversation.talk(bot_api, plan)
    rated = f"{len(talk.ratings)} of its replies rated with the buttons"
    narrator.record("chat", f"{len(talk.exchanges)} messages to the bot, {rated}", time.monotonic() - began)
    return talk


async def _forget(bot_api: str, loop: Loop) -> str:
    receipt = await conversation.forget(bot_api)
    if left := await loop.services.retrieval.turns(conversation.TESTER):
        raise AnselmError(f"Mara is still remembered, in {len(left)} turns; the bot said: {receipt}")
    return "Mara's receipt: " + " ".join(receipt.split())


@asynccontextmanager
async def _stack(narrator: Narrator, *, keep: bool) -> AsyncIterator[CliSettings]:
    """A running stack: the one that runs, or one that ends with the block unless it is to be kept."""
    make_home(Settings().anselm_home)
    secrets.create(Path(os.environ.get("SECRETS_DIR", secrets_folder(Settings().anselm_home))))
    settings = load(StackSettings)
    began, ran = time.monotonic(), lock.is_held(settings.anselm_home)
    if not ran:
        with View(err) as view:
            detached.start(settings, show=view.show, tied=not keep)
    current = state.read(settings.anselm_home)
    count = len(current.entries) if current else 0
    narrator.record("stack", f"{count} processes ready" + (", as they ran" if ran else ""), time.monotonic() - began)
    try:
        yield load(CliSettings)
    finally:
        if not ran and not keep:
            with View(err, told=["stopped"]) as view:
                detached.stop(settings, show=view.show)


def _roots(home: Path) -> list[int]:
    current = state.read(home)
    return [os.getpid(), *([current.supervisor] if current else [])]


def _print_end(console: Console, loop: Loop, outcome: Outcome, settings: CliSettings, *, keeps: bool) -> None:
    console.print()
    report.print_samples(console, loop.evaluations[loop.adapter].samples)
    console.print()
    report.print_style(console, list(loop.evaluations.values()))
    console.print()
    print_leaks(list(loop.evaluations.values()), console)
    minutes, seconds = divmod(round(outcome.total_s), 60)
    console.print(
        f"\nIn all {minutes}:{seconds:02} minutes, at most {outcome.peak_gib:.2f} GiB of memory.\n", markup=False
    )
    report.print_next(console, settings, keeps=keeps)
