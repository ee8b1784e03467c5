"""The way to Telegram: credentials, server, login, connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from telethon import TelegramClient
from telethon.crypto import rsa
from telethon.sessions import StringSession

from services.ingest.keys import Keys
from services.ingest.pulling.login_file import LoginFile
from services.ingest.pulling.server import TelegramServer
from services.ingest.pulling.trouble import API_HINT, TROUBLE, translate
from services.ingest.settings import IngestSettings
from shared.errors import Invalid

#: A lost connection is tried again this often, at every of as many attempts to reconnect, a second apart.
RETRIES = 2
DATA_CENTRE = 2

#: Seconds after which an answer is given up. Telethon would reconnect for ever to somebody who hangs up at once.
PATIENCE = 20.0


class _Client(TelegramClient):  # type: ignore[misc]
    """Every call has a deadline."""

    async def __call__(self, request: Any, ordered: bool = False, flood_sleep_threshold: int | None = None) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await super().__call__(request, ordered, flood_sleep_threshold)


@dataclass(frozen=True)
class Access:
    """How this installation reaches Telegram. ``server``: none is Telegram itself."""

    settings: IngestSettings
    keys: Keys
    server: TelegramServer | None = None

    @property
    def logins(self) -> LoginFile:
        return LoginFile(self.settings.session_file, self.keys)

    def credentials(self) -> tuple[int, str]:
        """
        Raises:
            Invalid: the settings are missing.
        """
        number, secret = self.settings.tg_api_id, self.settings.tg_api_hash.get_secret_value()
        if not number or not secret:
            raise Invalid("TG_API_ID and TG_API_HASH are not set.", hint=API_HINT)
        return number, secret

    @asynccontextmanager
    async def connect(self, session: str = "") -> AsyncIterator[TelegramClient]:
        """A connection, by a session as it was saved, or a new one. Inside, Telegram's errors are raised as they are.

        Raises:
            Invalid: the credentials are missing or wrong.
            Conflict: the login is no longer valid.
            TooManyRequests: Telegram asks for a pause.
            Unavailable: Telegram does not answer.
        """
        client = self._client(StringSession(session or None))
        try:
            async with asyncio.timeout(PATIENCE):
                await client.connect()
            yield client
        except TROUBLE as error:
            raise translate(error) from error
        finally:
            await client.disconnect()

    def _client(self, session: StringSession) -> TelegramClient:
        api_id, api_hash = self.credentials()
        if self.server is not None:
            rsa.add_key(self.server.public_key, old=False)
            session.set_dc(session.dc_id or DATA_CENTRE, self.server.host, self.server.port)
        return _Client(
            session,
            api_id,
            api_hash,
            device_model="Anselm AI",
            request_retries=RETRIES,
            connection_retries=RETRIES,
            raise_last_call_error=True,
            flood_sleep_threshold=0,
            receive_updates=False,
            base_logger="telethon",
        )
