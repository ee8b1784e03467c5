"""Settings of the bot."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, SecretStr

from shared.contracts.base import Name
from shared.settings import Settings


class BotSettings(Settings):
    """Only BOT_TOKEN has to be set for real Telegram."""

    caller = "bot"

    bot_token: SecretStr = Field(default=SecretStr(""), description="Token from @BotFather; the bot idles without one")
    bot_api_url: str = Field(default="", description="Bot API server to talk to; empty: Telegram's own")
    bot_host: str = Field(default="127.0.0.1", description="Address of /health, /ready and /metrics")
    bot_port: int = Field(default=8107, description="Port of /health, /ready and /metrics")

    persona: Name = Field(default="anselm", description="The persona that the bot speaks for")
    owner_name: str = Field(default="", description="How the bot names the owner; empty: the persona's name")
    owner_telegram_id: int | None = Field(
        default=None, description="The owner's Telegram user id: who may /rewrite replies; none: nobody"
    )

    bot_typing_pauses: bool = Field(
        default=True, description="Type for a moment before each further bubble, as a person does; off in scripted runs"
    )
    bot_messages_per_minute: int = Field(
        default=20,
        ge=1,
        description="Messages of one tester that are answered; more than anyone types, less than a flood",
    )
    bot_disclose_after: timedelta = Field(
        default=timedelta(hours=12),
        description="Silence after which a conversation is new and begins with the disclosure",
    )
    bot_reply_ttl: timedelta = Field(
        default=timedelta(days=30), description="How long a reply can be rated; the bot keeps a copy of it until then"
    )
    bot_update_ttl: timedelta = Field(
        default=timedelta(days=2),
        description="How long handled updates are recognised; Telegram repeats them for a day",
    )
    bot_poll_timeout: timedelta = Field(default=timedelta(seconds=30), description="Longest wait of one getUpdates")
    bot_shutdown_grace: timedelta = Field(
        default=timedelta(seconds=8), description="Answers under way may finish; below the 10 s that Docker waits"
    )

    @property
    def owner(self) -> str:
        """The owner's name as testers read it."""
        return self.owner_name or self.persona.capitalize()
