"""The control API: how testers act, and how what the bot did is watched.

=====================================  =====================================================================
``POST /control/message``              ``{user, text, name?, chat?, reply_to?, content?}``: a person writes
``POST /control/press``                ``{user, message_id, button or data, chat?}``: presses a button
``POST /control/reaction``             ``{user, message_id, emoji or null, chat?}``: reacts
``POST /control/block``                ``{user, blocked}``: blocks the bot, or lets it in again
``POST /control/fail``                 ``{method, times?, code?, description?, retry_after?, lost?}``
``GET /control/transcript``            ``?after=N&timeout=S``: waits until there are lines after the N-th
=====================================  =====================================================================

``chat`` is the person's private chat unless given; groups have negative ids. ``content`` holds other fields of a
Message, such as ``{"sticker": {...}}``. ``lost`` performs the call and drops its answer. Errors are one line in JSON.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.peers.bot_api.errors import ApiError, too_many_requests
from tests.peers.bot_api.world import Failure, Json, World


class Control:
    """Handlers over one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[web.RouteDef]:
        acts = {"message": self.message, "press": self.press, "reaction": self.reaction, "block": self.block}
        posts = [web.post(f"/control/{name}", act) for name, act in (acts | {"fail": self.fail}).items()]
        return [*posts, web.get("/control/transcript", self.transcript)]

    async def message(self, request: web.Request) -> web.Response:
        body: Json = await request.json()
        user = self.world.meet(body["user"], body.get("name"))
        content: Json = {**body.get("content", {})} | ({"text": body["text"]} if "text" in body else {})
        chat_id = _chat_of(body)
        if "reply_to" in body:
            content["reply_to_message"] = self.world.message(chat_id, body["reply_to"], "message to reply not found")
        message = await self.world.say(user, chat_id, content)
        return web.json_response({"message_id": message["message_id"]})

    async def press(self, request: web.Request) -> web.Response:
        body: Json = await request.json()
        message = self._message(body)
        data = body.get("data") or _data_of(message, body.get("button", ""))
        query_id = await self.world.press(self.world.meet(body["user"]), message, data)
        return web.json_response({"callback_query_id": query_id})

    async def reaction(self, request: web.Request) -> web.Response:
        body: Json = await request.json()
        await self.world.react(self.world.meet(body["user"]), self._message(body), body.get("emoji"))
        return web.json_response({})

    async def block(self, request: web.Request) -> web.Response:
        body: Json = await request.json()
        (self.world.blocked.add if body["blocked"] else self.world.blocked.discard)(body["user"])
        return web.json_response({})

    async def fail(self, request: web.Request) -> web.Response:
        body: Json = await request.json()
        self.world.failures.append(Failure(body["method"], body.get("times", 1), _error(body)))
        return web.json_response({})

    async def transcript(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        await self.world.wait_for(lambda: len(self.world.transcript) > after, float(request.query.get("timeout", 0)))
        return web.json_response({"entries": self.world.transcript[after:]})

    def _message(self, body: Json) -> Json:
        return self.world.message(_chat_of(body), body["message_id"], "message not found")


def _chat_of(body: Json) -> int:
    return int(body["chat"] if "chat" in body else body["user"])


def _data_of(message: Json, label: str) -> str:
    """The callback data of the button whose text contains the label."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons: dict[str, str] = {button["text"]: button["callback_data"] for row in rows for button in row}
    for text, data in buttons.items():
        if label in text:
            return data
    raise ApiError(400, f"No button {label!r} under message {message['message_id']} (there: {list(buttons)})")


def _error(body: dict[str, Any]) -> ApiError:
    if "retry_after" in body:
        return too_many_requests(body["retry_after"])
    code = body.get("code", 500)
    return ApiError(code, body.get("description", "Internal Server Error"), lost=body.get("lost", False))
