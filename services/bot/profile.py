"""How Telegram shows the bot: its commands, and what people read before they press "Start"."""

from __future__ import annotations

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError
from aiogram.types import BotCommand

from services.bot import texts
from shared.telemetry import logger

log = logger(__name__)


async def introduce(bot: Bot, owner: str) -> None:
    """Bring the profile up to date. Only what differs is written: Telegram limits such changes to a few a day."""
    try:
        await _set_commands(bot)
        description = texts.disclosure(owner)
        if (await bot.get_my_description()).description != description:
            await bot.set_my_description(description)
        short = f"An AI persona of {owner}"
        if (await bot.get_my_short_description()).short_description != short:
            await bot.set_my_short_description(short)
    except TelegramAPIError as error:
        log.warning("profile_not_updated", error=type(error).__name__)


async def _set_commands(bot: Bot) -> None:
    shown = {command.command: command.description for command in await bot.get_my_commands()}
    if shown != texts.COMMANDS:
        await bot.set_my_commands([BotCommand(command=c, description=what) for c, what in texts.COMMANDS.items()])
