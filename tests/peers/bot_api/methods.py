"""The Bot API's methods, as far as bots in this project use them. Each takes the world and the call's parameters."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from tests.peers.bot_api import errors
from tests.peers.bot_api.entities import Entity, parse_html
from tests.peers.bot_api.errors import bad_request
from tests.peers.bot_api.world import Json, World

Method = Callable[[World, Json], Awaitable[Any]]

MESSAGE_LENGTH = 4096
CALLBACK_DATA_BYTES = 64
LONGEST_POLL = 50
CHAT_ACTIONS = frozenset(
    {"typing", "choose_sticker", "find_location"}
    | {f"upload_{what}" for what in ("photo", "video", "voice", "document", "video_note")}
    | {f"record_{what}" for what in ("video", "voice", "video_note")}
)
COMMAND = re.compile(r"[a-z0-9_]{1,32}")


async def get_me(world: World, _: Json) -> Json:
    return world.bot


async def get_updates(world: World, call: Json) -> list[Json]:
    """Long polling: ``offset`` confirms what is older, ``allowed_updates`` counts for later updates, as at Telegram."""
    if world.webhook:
        raise errors.WEBHOOK_ACTIVE
    if "allowed_updates" in call:
        world.allowed = frozenset(call["allowed_updates"]) or None
    async with world.changed:
        world.polls += 1
        mine = world.polls
        world.updates = [u for u in world.updates if u["update_id"] >= int(call.get("offset", 0))]
        world.changed.notify_all()
    timeout = min(float(call.get("timeout", 0)), LONGEST_POLL)
    await world.wait_for(lambda: bool(world.updates) or world.polls != mine, timeout)
    if world.polls != mine:
        raise errors.CONFLICT
    return world.updates[: int(call.get("limit", 100))]


async def set_webhook(world: World, call: Json) -> bool:
    world.webhook = call.get("url", "")
    return True


async def delete_webhook(world: World, call: Json) -> bool:
    world.webhook = ""
    if call.get("drop_pending_updates"):
        world.updates.clear()
    return True


async def get_webhook_info(world: World, _: Json) -> Json:
    return {"url": world.webhook, "has_custom_certificate": False, "pending_update_count": len(world.updates)}


async def send_message(world: World, call: Json) -> Json:
    chat = world.chat(_integer(call, "chat_id"))
    text, entities = _text(call)
    _refuse_if_blocked(world, chat)
    content = {"text": text, "entities": entities, "reply_markup": _markup(call)}
    if reply := call.get("reply_parameters"):
        content["reply_to_message"] = _replied(world, chat, reply)
    return world.put_message(chat, world.bot, content)


async def send_document(world: World, call: Json) -> Json:
    chat = world.chat(_integer(call, "chat_id"))
    _refuse_if_blocked(world, chat)
    sent = call.get(str(call.get("document", "")).removeprefix("attach://"))
    if not isinstance(sent, dict):
        raise bad_request("there is no document in the request")
    size = len(sent["content"].encode())
    if size == 0:
        raise bad_request("file must be non-empty")
    file = {"file_id": f"file-{size}", "file_unique_id": f"unique-{size}", "file_size": size}
    document = {**file, "file_name": sent["filename"]}
    return world.put_message(chat, world.bot, {"document": document, "caption": call.get("caption")})


async def edit_message_text(world: World, call: Json) -> Json:
    message = _editable(world, call)
    text, entities = _text(call)
    return _change(message, {"text": text, "entities": entities, "reply_markup": _markup(call)})


async def edit_message_reply_markup(world: World, call: Json) -> Json:
    message = _editable(world, call)
    kept = {key: message.get(key) for key in ("text", "entities")}
    return _change(message, {**kept, "reply_markup": _markup(call)})


async def delete_message(world: World, call: Json) -> bool:
    chat_id = world.chat(_integer(call, "chat_id"))["id"]
    message = world.message(chat_id, _integer(call, "message_id"), "message to delete not found")
    del world.messages[chat_id][message["message_id"]]
    return True


async def send_chat_action(world: World, call: Json) -> bool:
    chat = world.chat(_integer(call, "chat_id"))
    if call.get("action") not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    _refuse_if_blocked(world, chat)
    return True


async def answer_callback_query(world: World, call: Json) -> bool:
    if call.get("callback_query_id") not in world.callbacks:
        raise errors.QUERY_TOO_OLD
    if len(call.get("text", "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    return True


async def get_chat(world: World, call: Json) -> Json:
    return {**world.chat(_integer(call, "chat_id")), "accent_color_id": 0, "max_reaction_count": 1}


async def set_my_commands(world: World, call: Json) -> bool:
    commands = call.get("commands", [])
    if not all(COMMAND.fullmatch(c["command"]) for c in commands):
        raise bad_request("BOT_COMMAND_INVALID")
    world.profile["commands"] = commands
    return True


async def get_my_commands(world: World, _: Json) -> list[Json]:
    commands: list[Json] = world.profile.get("commands", [])
    return commands


def _profile_text(name: str, limit: int) -> tuple[Method, Method]:
    async def read(world: World, _: Json) -> Json:
        return {name: world.profile.get(name, "")}

    async def write(world: World, call: Json) -> bool:
        if len(call.get(name, "")) > limit:
            raise bad_request(f"{name.replace('_', ' ')} is too long")
        world.profile[name] = call.get(name, "")
        return True

    return read, write


def _integer(call: Json, name: str) -> int:
    value = call.get(name)
    if value is None:
        raise bad_request(f"{name} is empty" if name == "chat_id" else "message identifier is not specified")
    try:
        return int(value)
    except ValueError:
        raise bad_request("chat not found") from None


def _text(call: Json) -> tuple[str, list[Entity]]:
    text, entities = str(call.get("text", "")), list(call.get("entities", []))
    if call.get("parse_mode", "").lower() == "html":
        text, entities = parse_html(text)
    text = text.strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MESSAGE_LENGTH:
        raise bad_request("message is too long")
    return text, entities


def _markup(call: Json) -> Json | None:
    markup: Json | None = call.get("reply_markup")
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if not 1 <= len(button.get("callback_data", "-").encode()) <= CALLBACK_DATA_BYTES:
                raise bad_request("BUTTON_DATA_INVALID")
    return markup


def _refuse_if_blocked(world: World, chat: Json) -> None:
    if chat["id"] in world.blocked:
        raise errors.BLOCKED


def _replied(world: World, chat: Json, reply: Json) -> Json | None:
    if reply["message_id"] in world.messages.get(chat["id"], {}) or not reply.get("allow_sending_without_reply"):
        message = world.message(chat["id"], reply["message_id"], "message to be replied not found")
        return {key: value for key, value in message.items() if key != "reply_to_message"}
    return None


def _editable(world: World, call: Json) -> Json:
    chat = world.chat(_integer(call, "chat_id"))
    message = world.message(chat["id"], _integer(call, "message_id"), "message to edit not found")
    if message["from"]["id"] != world.bot["id"]:
        raise bad_request("message can't be edited")
    return message


def _change(message: Json, content: Json) -> Json:
    if all(message.get(key) == (value or None) for key, value in content.items()):
        raise errors.NOT_MODIFIED
    for key, value in content.items():
        if value:
            message[key] = value
        else:
            message.pop(key, None)
    return message


get_my_description, set_my_description = _profile_text("description", 512)
get_my_short_description, set_my_short_description = _profile_text("short_description", 120)
get_my_name, set_my_name = _profile_text("name", 64)

#: By lower-case name: Telegram does not mind the case.
METHODS: dict[str, Method] = {
    name.replace("_", ""): method
    for name, method in globals().items()
    if name.split("_")[0] in ("get", "set", "send", "edit", "delete", "answer") and callable(method)
}
