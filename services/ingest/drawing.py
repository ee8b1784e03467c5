"""The process that draws a dataset's plots."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.errors import AnselmError, StorageFull

CHECKOUT = Path(__file__).resolve().parents[2]


@asynccontextmanager
async def drawing(folder: Path) -> AsyncIterator[None]:
    """Draws the plots of the folder's ``statistics.json`` while the block runs; they are there when it ends.

    Raises:
        StorageFull: the disk is full.
    """
    artist = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.ingest.dataset.plots", str(folder), stderr=PIPE, cwd=CHECKOUT
    )
    try:
        yield
        _, said = await artist.communicate()
    finally:
        if artist.returncode is None:
            artist.kill()
            await artist.wait()
    if artist.returncode:
        reason = said.decode(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        if "No space left" in reason[0]:
            raise StorageFull("The disk is full; the plots were not drawn.", hint="Free some space, then try again.")
        raise AnselmError(f"The plots could not be drawn: {reason[0]}.")
