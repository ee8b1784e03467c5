"""Rows that several processes make beside each other."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from services.ingest.batch import Prepared
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import Known
from services.ingest.crew import crew_of
from services.ingest.encoding import Encoder, Line
from services.ingest.keys import Keys
from services.ingest.telegram.message import Message


def encoder() -> Encoder:
    cleaner = Cleaner.of([Known("user_1a2b", ("Mira Okafor",))])
    prepared = Prepared(1, 1, {"user1": 1, "user2": 2}, {7: frozenset({"user_1a2b"})}, set(), set(), cleaner)
    return Encoder(Keys.derive(bytes(32)), prepared, "import")


def lines(batch: int) -> list[Line]:
    messages = [Message(7, n, 1_600_000_000, "user2", f"Ask Mira, or me@example.org {batch} {n}") for n in range(40)]
    return [(orjson.dumps(tuple(message)), bytes(16)) for message in messages]


async def test_however_many_batches_ask_at_once_no_more_processes_work_than_allowed() -> None:
    async with crew_of(encoder(), 2) as crew:
        done = await asyncio.gather(*(crew.encode(lines(batch)) for batch in range(6)))
        assert len(crew._all) == 2
        workers = list(crew._all)
    assert [encoded.masked for encoded in done] == [{"name": 40, "email": 40}] * 6
    assert all(b"me@example.org" not in encoded.rows and b"Mira" not in encoded.rows for encoded in done)
    assert all(worker.returncode is not None for worker in workers), "they end with the work"


async def test_what_goes_wrong_there_goes_wrong_here() -> None:
    stranger = Message(7, 1, 1_600_000_000, "user404", "hello")
    async with crew_of(encoder(), 1) as crew:
        with pytest.raises(KeyError, match="user404"):
            await crew.encode([(orjson.dumps(tuple(stranger)), bytes(16))])
        assert (await crew.encode(lines(0))).masked == {"name": 40, "email": 40}, "it goes on"


async def test_a_small_import_starts_nobody() -> None:
    async with crew_of(encoder(), 0) as crew:
        encoded = await crew.encode(lines(0))
        assert crew._all == []
    assert encoded.masked == {"name": 40, "email": 40}
