"""A pull: fetch, then import what was fetched."""

from __future__ import annotations

from services.ingest.importing import fail_import, import_export
from services.ingest.pulling.access import Access
from services.ingest.pulling.fetching import fetch
from services.ingest.pulling.pull_file import PullFile
from services.ingest.repository.imports import Imports
from services.ingest.stage import Stage
from shared.contracts.jobs import JobState
from shared.contracts.telegram import LoginStep
from shared.errors import AnselmError, Invalid, Unavailable


async def pull(stage: Stage, access: Access, import_id: str) -> None:
    """Run a pull to its end. Repeating it goes on where a killed one stopped; an ended one is left alone.

    A pull that fails leaves the cursors where they were: the next one begins there.

    Raises:
        Unavailable: Telegram or the database went away; the pull is unended and a later call goes on.
    """
    async with stage.database.transaction() as session:
        row = await Imports(session).get(import_id)
        if JobState(row.state).ended:
            return
        row.state = JobState.RUNNING
    try:
        await _fetch(stage, access, import_id)
    except Unavailable as error:
        stage.progress.note(f"{error.message} Trying again.")
        raise
    except AnselmError as error:
        await fail_import(stage, import_id, str(error))
        return
    await import_export(stage, import_id)


async def _fetch(stage: Stage, access: Access, import_id: str) -> None:
    folder = stage.settings.uploads / import_id
    if not folder.is_dir():
        raise Invalid("What was fetched is gone from the import's folder.", hint="Pull again.")
    if PullFile(folder).resume().ended:
        return
    async with access.connect(access.logins.expect(LoginStep.IN).session) as client:
        await fetch(stage, client, folder)
    stage.progress.note("")
