"""A tester talks with the persona through the real bot, on a Bot API server of the project's own.

That server is one of the test peers, which a checkout has and an installed package has not.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cli.console import say
from cli.demo.plan import Plan
from cli.settings import CliSettings, secrets_folder
from cli.stack import ports, readiness
from shared import processes
from shared.errors import Unavailable
from shared.settings import CHECKOUT
from tests.peers.bot_api import TOKEN, BotApi, Tester
from tests.peers.bot_api.driver import Message

#: The tester as a Telegram user, and as the services know her.
USER = 4711
TESTER = f"telegram-{USER}"
RATINGS = ("Yes, I'd respond like that", "Not like me")
#: A reply of a small model on a busy CPU, the loading of its weights included, in seconds.
PATIENCE = 180.0
#: Between two bubbles of one reply.
PAUSE = 3.0


@dataclass
class Talk:
    """What was said, how it was rated, and the seconds to the first reply."""

    exchanges: list[tuple[str, str]] = field(default_factory=list)
    ratings: list[str] = field(default_factory=list)
    first_reply_s: float = 0.0


@asynccontextmanager
async def bot(settings: CliSettings, plan: Plan) -> AsyncIterator[str]:
    """Run the bot for as long as the block lasts.

    Yields:
        The URL of the Bot API server that it polls.
    """
    async with BotApi() as api:
        port = ports.free_port()
        log = settings.anselm_home / "logs" / "demo-bot.log"
        with log.open("ab") as output:
            process = processes.start(
                [sys.executable, "-m", "services.bot.app"],
                env=_environment(settings, plan, api.url, port),
                cwd=CHECKOUT,
                output=output,
            )
        try:
            url, deadline = f"http://{ports.HOST}:{port}", time.monotonic() + PATIENCE
            while lacking := await asyncio.to_thread(readiness.service, "bot", url, settings):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(f"The bot does not start ({lacking}).", hint=f"See {log}")
                await asyncio.sleep(0.2)
            yield api.url
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)


async def talk(url: str, plan: Plan) -> Talk:
    """Say everything of the plan, show the replies, rate them."""
    done = Talk()
    async with Tester(url, USER, "Mara") as mara:
        await mara.says("/start")
        await mara.hears(PATIENCE)
        for number, said in enumerate(plan.said):
            began = time.monotonic()
            await mara.says(said)
            bubbles = [await mara.hears(PATIENCE)]
            done.first_reply_s = done.first_reply_s or time.monotonic() - began
            bubbles += await _rest(mara, bubbles[0])
            done.exchanges.append((said, "\n".join(bubble["text"] for bubble in bubbles)))
            _show(plan, *done.exchanges[-1])
            if "reply_markup" in bubbles[-1]:
                rating = RATINGS[number % len(RATINGS)]
                await mara.presses(bubbles[-1], rating)
                await mara.sees("answerCallbackQuery", PATIENCE)
                done.ratings.append(rating)
    return done


async def forget(url: str) -> str:
    """The tester wants to be forgotten.

    Returns:
        The bot's receipt.
    """
    async with Tester(url, USER) as mara:
        await mara.says("/forget")
        question = await mara.watch(lambda entry: "Forget me" in str(entry["parameters"].get("reply_markup")), PATIENCE)
        await mara.presses(question["result"], "Forget me")
        receipt = await mara.sees("editMessageText", PATIENCE)
        return str(receipt["parameters"]["text"])


async def _rest(mara: Tester, first: Message) -> list[Message]:
    """The further bubbles of a reply: the buttons are under its last one."""
    bubbles = [first]
    while "reply_markup" not in bubbles[-1]:
        try:
            bubbles.append(await mara.hears(PAUSE))
        except TimeoutError:
            break
    return bubbles[1:]


def _show(plan: Plan, said: str, reply: str) -> None:
    say(f"      Mara: {said}")
    for bubble in reply.splitlines():
        say(f"      {plan.owner}, persona: {bubble}")


def _environment(settings: CliSettings, plan: Plan, bot_api: str, port: int) -> dict[str, str]:
    needed = ("ingest", "inference", "retrieval", "feedback", "redis")
    urls = {f"{name}_url": getattr(settings, f"{name}_url") for name in needed}
    return {
        "SECRETS_DIR": str(secrets_folder(settings.anselm_home)),
        **os.environ,
        **{name.upper(): url for name, url in urls.items()},
        "ANSELM_HOME": str(settings.anselm_home),
        "BOT_TOKEN": TOKEN,
        "BOT_API_URL": bot_api,
        "BOT_PORT": str(port),
        "BOT_TYPING_PAUSES": "false",
        "PERSONA": plan.persona,
        "OWNER_NAME": plan.owner,
    }
