"""The worker's application for a test of its schedule, with the server that only who composes it can hand in."""

from __future__ import annotations

import os

from services.ingest import tasks
from services.ingest.pulling.server import TelegramServer

tasks.server = TelegramServer("127.0.0.1", int(os.environ["TEST_TELEGRAM_PORT"]), os.environ["TEST_TELEGRAM_KEY"])
queue = tasks.queue
