"""A new key for stored text: added beside the old one, every value sealed anew, the old one dropped.

Killed at any point, it goes on: the key file says where it stands, and a value says by itself which key it is under.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from services.ingest import key_file, key_use, private_files
from services.ingest.key_file import KeyFile, TextKey
from services.ingest.keys import Keys, first_text_key
from services.ingest.repository.locks import only_worker
from services.ingest.repository.sealed import Key, SealedColumn, SealedValues, sealed_columns
from services.ingest.stage import Stage
from shared.errors import AnselmError, Unavailable

ONE_AT_A_TIME = "rotation"
#: Name of the key that is derived from the secret.
FIRST = "first"


def next_rotation(file: Path) -> str:
    """The name of the rotation that is under way, else of a new one."""
    content = key_file.read(file)
    return content.name if content.is_rotating and content.name else secrets.token_hex(8)


async def rotate_key(stage: Stage, name: str) -> None:
    """Move everything to a new key. Repeating it with the same name goes on, or finds that all is done.

    Raises:
        Unavailable: work that began with the old key still runs, or the database is away; a later call goes on.
    """
    try:
        async with only_worker(stage.database, ONE_AT_A_TIME):
            moved = await _rotate(stage, name)
    except Unavailable:
        raise
    except AnselmError as error:
        await fail_rotation(stage, str(error))
    else:
        stage.progress.finish(sealed_anew=moved)


async def fail_rotation(stage: Stage, error: str) -> None:
    """The key file keeps both keys, so that everything can still be read; asking again goes on."""
    stage.progress.fail(error)


async def _rotate(stage: Stage, name: str) -> int:
    file = stage.settings.key_file
    if key_file.read(file).name != name:
        stage.progress.stage("waiting for work that uses the key")
        await key_use.when_unused(file, lambda: _add_key(file, name))
    content = key_file.read(file)
    moved = await _seal_anew(stage, Keys.of(content)) if content.is_rotating else 0
    key_file.replace(file, KeyFile(content.secret, content.text[:1]))
    return moved


def _add_key(file: Path, name: str) -> None:
    """From here on everybody seals with the new key, if nobody works with the file as it was."""
    content = key_file.read(file)
    older = content.text or (TextKey(first_text_key(content.secret), FIRST),)
    new = TextKey(secrets.token_bytes(key_file.SIZE), name)
    key_file.replace(file, KeyFile(content.secret, (new, *older)))


async def _seal_anew(stage: Stage, keys: Keys) -> int:
    """Move every value that is not under the newest key; returns how many those were."""
    async with stage.database.transaction() as session:
        total = await SealedValues(session).count()
    stage.progress.stage("sealing anew", total=total, unit="values")
    seen, moved = 0, sum(_move_file(path, keys) for path in stage.settings.sealed_files)
    for sealed in sealed_columns():
        async for read, changed in _move(stage, keys, sealed):
            seen, moved = seen + read, moved + changed
            stage.progress.advance(seen, sealed_anew=moved)
    return moved


async def _move(stage: Stage, keys: Keys, sealed: SealedColumn) -> AsyncIterator[tuple[int, int]]:
    """One column, a transaction a batch; gives how many values were read and how many moved."""
    last: Key | None = None
    while True:
        async with stage.database.transaction() as session:
            values = SealedValues(session)
            batch = await values.after(sealed, last, stage.settings.import_batch)
            changes = [(key, old, new) for key, old in batch if (new := keys.sealed_anew(old))]
            await values.replace(sealed, changes)
        if not batch:
            return
        last = batch[-1][0]
        yield len(batch), len(changes)


def _move_file(path: Path, keys: Keys) -> bool:
    if not path.exists():
        return False
    new = keys.sealed_anew(path.read_bytes())
    if new:
        private_files.replace(path, new)
    return new is not None
