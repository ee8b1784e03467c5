"""An upload becomes an import to be worked on."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterable
from dataclasses import dataclass

from services.ingest import models
from services.ingest.keys import Keys
from services.ingest.repository.imports import Imports
from services.ingest.settings import IngestSettings
from services.ingest.uploads import Upload, receive, safe_name
from shared.database import Database
from shared.errors import AnselmError


@dataclass(frozen=True)
class Request:
    """What was said about an upload. ``owner``: a name or ``from_id``, where the file does not tell."""

    filename: str
    consent: bool
    owner: str | None


async def accept(
    chunks: AsyncIterable[bytes], request: Request, settings: IngestSettings, database: Database, keys: Keys
) -> tuple[models.Import, bool]:
    """Store the upload and record its import; whether it is a new one is said too.

    The same bytes, while they are being imported, are the same import. On an error nothing is left.
    """
    import_id, name = secrets.token_hex(8), safe_name(request.filename)
    folder = settings.uploads / import_id
    received = await receive(chunks, folder, name, settings.max_export_bytes)
    try:
        row = await _record(import_id, name, received, request, database, keys)
    except AnselmError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if row.id != import_id:
        shutil.rmtree(folder, ignore_errors=True)
    return row, row.id == import_id


async def _record(
    import_id: str, name: str, received: Upload, request: Request, database: Database, keys: Keys
) -> models.Import:
    async with database.transaction() as session:
        imports = Imports(session)
        running = await imports.same(received.sha256, request.consent)
        if running is not None:
            return running
        return await imports.add(
            models.Import(
                id=import_id,
                filename=name,
                sha256=received.sha256,
                consent=request.consent,
                owner_hint=keys.seal(request.owner) if request.owner else None,
            )
        )
