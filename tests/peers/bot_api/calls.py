"""One call of the Bot API over HTTP: parameters from wherever bots put them, the method, Telegram's envelope."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy

from aiohttp import web

from tests.peers.bot_api import errors
from tests.peers.bot_api.errors import ApiError
from tests.peers.bot_api.methods import METHODS
from tests.peers.bot_api.world import Json, World

#: These are JSON inside a form field; all others are taken as they are, so that a text "[1]" stays a text.
STRUCTURED = frozenset(
    {"allowed_updates", "commands", "entities", "link_preview_options", "reply_markup", "reply_parameters", "scope"}
)


def bot_routes(world: World) -> list[web.RouteDef]:
    async def call(request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        parameters = await _parameters(request)
        failure = _failure(world, method)
        try:
            if failure and not failure.lost:
                raise failure
            result = await _perform(world, request.match_info["token"], method, parameters)
        except ApiError as error:
            await _record(world, method, parameters, error=error.body())
            return web.json_response(error.body(), status=error.code)
        await _record(world, method, parameters, result=result)
        return await _hang_up(request) if failure else web.json_response({"ok": True, "result": result})

    return [web.route("*", "/bot{token}/{method}", call)]


async def _perform(world: World, token: str, method: str, parameters: Json) -> object:
    if token != world.token:
        raise errors.UNAUTHORIZED
    perform = METHODS.get(method.lower())
    if perform is None:
        raise errors.METHOD_NOT_FOUND
    return deepcopy(await perform(world, parameters))


def _failure(world: World, method: str) -> ApiError | None:
    for failure in world.failures:
        if failure.method.lower() == method.lower() and failure.times > 0:
            failure.times -= 1
            return failure.error
    return None


async def _record(world: World, method: str, parameters: Json, **outcome: object) -> None:
    """Polls that brought nothing are left out: they would drown the rest."""
    if method.lower() != "getupdates" or outcome.get("result") or outcome.get("error"):
        await world.record({"method": method, "parameters": parameters, "ok": "error" not in outcome, **outcome})


async def _parameters(request: web.Request) -> Json:
    """Query string, URL-encoded form, multipart form or JSON body, as Telegram accepts them all."""
    found: Json = dict(request.query)
    if request.content_type == "application/json":
        found.update(json.loads(await request.text() or "{}"))
        return found
    for name, value in (await request.post()).items():
        found[name] = _file(value) if isinstance(value, web.FileField) else value
    for name in STRUCTURED & found.keys():
        with suppress(ValueError, TypeError):
            found[name] = json.loads(found[name])
    return found


def _file(sent: web.FileField) -> Json:
    return {"filename": sent.filename, "content": sent.file.read().decode(errors="replace")}


async def _hang_up(request: web.Request) -> web.StreamResponse:
    """End the connection without an answer: the bot cannot know whether its call was heard."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()
