"""A pull that is asked for becomes an import to be worked on."""

from __future__ import annotations

import secrets
import shutil
from datetime import UTC, date, datetime

from services.ingest import models
from services.ingest.pulling.access import Access
from services.ingest.pulling.choosing import choose
from services.ingest.pulling.dialogs import Dialog, list_dialogs
from services.ingest.pulling.login_file import LOG_IN, Login
from services.ingest.pulling.plan import Plan, make_plan, save_plan
from services.ingest.pulling.pull_file import PULL
from services.ingest.repository.imports import Imports
from services.ingest.repository.pulls import PULLED, Pulls
from services.ingest.repository.tombstones import Tombstones
from services.ingest.settings import IngestSettings
from shared.contracts.telegram import LoginStep, PullRequest
from shared.database import Database
from shared.errors import AnselmError, Conflict


async def request_pull(access: Access, database: Database, request: PullRequest) -> models.Import:
    """Choose the chats at Telegram, and record the import that will fetch them.

    Raises:
        Conflict: nobody is logged in.
        Invalid: nothing was chosen, or a name fits several chats.
        NotFound: a name fits none.
        Unavailable: Telegram does not answer.
    """
    login = access.logins.expect(LoginStep.IN)
    dialogs, pulled = await known_dialogs(access, database)
    plan = make_plan(_user(login), choose(dialogs, request, pulled), _unix(request.since), request.limit)
    return await _record(access.settings, database, plan, consent=request.consent)


async def known_dialogs(access: Access, database: Database) -> tuple[list[Dialog], set[int]]:
    """The account's chats without those to stay forgotten, and the ids of those that were pulled before.

    Raises:
        Conflict: nobody is logged in, or no longer.
        Unavailable: Telegram does not answer.
    """
    login = access.logins.expect(LoginStep.IN)
    async with access.connect(login.session) as client:
        if not await client.is_user_authorized():
            raise Conflict("Telegram has ended this login.", hint=LOG_IN)
        dialogs = await list_dialogs(client)
    async with database.transaction() as session:
        pulls = Pulls(session)
        account = await pulls.account(access.keys.peer_hash(f"user{login.user}"))
        forgotten = await Tombstones(session, access.keys).chats(dialog.id for dialog in dialogs)
        kept = [dialog for dialog in dialogs if dialog.id not in forgotten]
        return kept, set(await pulls.cursors(account))


async def _record(settings: IngestSettings, database: Database, plan: Plan, *, consent: bool) -> models.Import:
    import_id = secrets.token_hex(8)
    folder = settings.uploads / import_id
    try:
        folder.mkdir(parents=True, mode=0o700)
        save_plan(plan, folder)
        async with database.transaction() as session:
            row = models.Import(id=import_id, filename=PULL, sha256="", source=PULLED, consent=consent)
            return await Imports(session).add(row)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise AnselmError(f"{folder} cannot be written: {error.strerror}.") from error
    except AnselmError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _user(login: Login) -> int:
    assert login.user is not None
    return login.user


def _unix(day: date | None) -> int | None:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) if day else None
