"""The pull that nobody asks for: what is new in the chats that were pulled before."""

from __future__ import annotations

from services.ingest.pulling.access import Access
from services.ingest.pulling.requesting import request_pull
from services.ingest.repository.imports import Imports
from services.ingest.repository.pulls import PULLED
from shared.contracts.telegram import PullRequest
from shared.database import Database
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)


async def request_new(access: Access, database: Database) -> str | None:
    """The id of a pull of everything new, or none where there can be none now; the log has why.

    It never gives a consent: those that were given stand, and one that was taken back stays so.
    """
    try:
        async with database.transaction() as session:
            if await Imports(session).unended(PULLED):
                log.info("scheduled_pull_skipped", why="another pull has not ended")
                return None
        return (await request_pull(access, database, PullRequest(again=True))).id
    except AnselmError as error:
        log.warning("scheduled_pull_skipped", why=error.message)
        return None
