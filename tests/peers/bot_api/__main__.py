"""``python -m tests.peers.bot_api --port 8081``: serve until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import signal

from tests.peers.bot_api.server import HOST, TOKEN, BotApi


async def serve(api: BotApi) -> None:
    stop = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    async with api:
        print(f"Bot API at {api.url}, token {api.token}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A Telegram Bot API server on loopback")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--username", default="anselm_persona_bot")
    arguments = parser.parse_args()
    asyncio.run(serve(BotApi(**vars(arguments))))
