"""The server itself: a socket on loopback, the bot's side and the testers' side of one world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Self

from aiohttp import web

from tests.peers.bot_api.calls import bot_routes
from tests.peers.bot_api.control import Control
from tests.peers.bot_api.errors import ApiError
from tests.peers.bot_api.world import World

TOKEN = "1234567890:AAF-loopback-only-token-of-no-real-bot"
HOST = "127.0.0.1"


class BotApi:
    """A Bot API server for one bot; an async context manager. Port 0 takes a free one."""

    def __init__(self, *, port: int = 0, token: str = TOKEN, username: str = "anselm_persona_bot", host: str = HOST):
        self.token = token
        self.world = World(token, username)
        self._host, self._port = host, port
        app = web.Application(middlewares=[_control_errors])
        app.add_routes([*bot_routes(self.world), *Control(self.world).routes()])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()


@web.middleware
async def _control_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except ApiError as error:
        return web.json_response(error.body(), status=error.code)
    except (KeyError, ValueError) as error:
        return web.json_response({"ok": False, "description": f"{type(error).__name__}: {error}"}, status=400)
