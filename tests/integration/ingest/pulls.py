"""Ingest with an account at a Telegram on loopback: what the tests of pulling stand on."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from telethon.tl import functions

from services.ingest.keys import load_keys
from services.ingest.pulling.access import Access
from services.ingest.pulling.pull import pull
from services.ingest.pulling.server import TelegramServer
from shared.contracts.ingest import Import
from shared.contracts.telegram import LoginStep, PullRequest
from tests.integration.ingest.conftest import ROOT, World
from tests.integration.ingest.conftest import environment as environment_of
from tests.peers.mtproto import MtProto
from tests.peers.mtproto.methods import API_HASH, API_ID

HISTORY = functions.messages.GetHistoryRequest
TAKEOUT = functions.account.InitTakeoutSessionRequest

#: A worker's task, as the queue would run it, with the server that only who composes the process can hand in.
WORKER = """
import sys
from services.ingest import tasks
from services.ingest.pulling.server import TelegramServer
tasks.server = TelegramServer("127.0.0.1", int(sys.argv[2]), sys.argv[3])
tasks.pull_task.run(sys.argv[1])
"""

#: What an end state is made of. Rows are compared by what they say, not by when or by which import they came.
CONTENT = (
    "select chat_id, m.id, at, pseudonym, edited_at, reply_to, reply_chat, forwarded, via_bot, business, media, clean, "
    "fingerprint from ingest.messages m join ingest.people p on p.id = sender_id order by 1, 2"
)
CURSORS = "select id, type, pulled_to from ingest.chats order by id"


@dataclass
class Pulls:
    """``world`` is ingest, ``telegram`` the peer, with a server's address as ingest gets it."""

    world: World
    telegram: MtProto

    @property
    def server(self) -> TelegramServer:
        return TelegramServer(self.telegram.host, self.telegram.port, self.telegram.public_key)

    @property
    def access(self) -> Access:
        settings = self.world.settings
        return Access(settings, load_keys(settings.key_file), self.server)

    async def log_in(self) -> None:
        client = self.world.client
        assert (await client.login(f"+{self.telegram.account.phone}")).step is LoginStep.CODE
        assert (await client.login_code(self.telegram.account.code)).step is LoginStep.IN

    async def ask(self, **request: Any) -> Import:
        return await self.world.client.pull(PullRequest(**{"consent": True, **request}))

    async def work(self, import_id: str) -> Import:
        await pull(self.world.stage(import_id, "pull"), self.access, import_id)
        return await self.world.client.get_import(import_id)

    async def pull(self, **request: Any) -> Import:
        """Ask, work, and look."""
        return await self.work((await self.ask(**request)).id)

    def start_worker(self, import_id: str, **environment: str) -> subprocess.Popen[bytes]:
        given = {"TG_API_ID": str(API_ID), "TG_API_HASH": API_HASH, "IMPORT_BATCH": "200", **environment}
        command = [sys.executable, "-c", WORKER, import_id, str(self.telegram.port), self.telegram.public_key]
        return subprocess.Popen(command, env=environment_of(self.world.settings, **given), cwd=ROOT)

    def asked_above(self) -> list[int]:
        """``min_id`` of every page of history that was asked for."""
        return [request.min_id for request in self.telegram.called(HISTORY) if request.limit > 1]

    async def state(self) -> tuple[Any, ...]:
        return await self.world.rows(CONTENT), await self.world.rows(CURSORS)
