"""A Telegram Bot API server for tests and for the demo: real sockets, long polling, Telegram's own error strings.

In a test::

    async with BotApi() as api, Tester(api.url, 4711, "Mara") as mara:
        ...  # start a bot with BOT_API_URL=api.url and BOT_TOKEN=api.token
        await mara.says("hello")
        reply = await mara.hears()
        await mara.presses(reply, "Not like me")

On its own: ``python -m tests.peers.bot_api --port 8081``; testers then act through ``/control`` (see ``control``).
"""

from tests.peers.bot_api.driver import Tester
from tests.peers.bot_api.server import TOKEN, BotApi

__all__ = ["TOKEN", "BotApi", "Tester"]
