"""How long does an import take, and how much memory? ``make bench NAME=ingest`` (about six minutes).

A generated export of a million messages (``--messages`` for fewer), in several languages, something private in one of
twenty, goes into a real PostgreSQL. The reference, in the same run: parse the same bytes with ``orjson`` in one go, and
COPY the same rows into a table with the same columns, keys and indexes, unsealed and uncleaned. Each import is a fresh
process, from the file as an upload leaves it to the ended import; it is imported again as it stands, and once more when
every chat has one message more in a hundred. Memory is the sum over the process and those that it
starts, sampled twenty times a second.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg

from benchmarks.engines import database_settings
from benchmarks.importing import child, generated, imported
from services.ingest.repository.copying import HEADER, TRAILER, StoredMessage, packed
from services.ingest.settings import IngestSettings
from services.ingest.telegram.message import Message, parse_message

SMALL, LARGE = 10_000, 1_000_000


def refer(file: str) -> None:
    """The reference's child: the whole file at once, then the rows."""
    export = orjson.loads(Path(file).read_bytes())
    settings = IngestSettings()
    url = settings.sqlalchemy_url.replace("postgresql+psycopg", "postgresql", 1)
    with psycopg.connect(url) as connection:
        connection.execute("create table ingest.reference (like ingest.messages including all)")
        columns = ", ".join(StoredMessage._fields)
        with connection.cursor() as cursor, cursor.copy(f"copy ingest.reference ({columns}) from stdin binary") as copy:
            copy.write(HEADER)
            for chat in export["chats"]["list"]:
                copy.write(packed(_rows(chat)))
            copy.write(TRAILER)


def _rows(chat: dict[str, Any]) -> Iterator[StoredMessage]:
    for raw in chat["messages"]:
        message = parse_message(chat["id"], raw)
        assert isinstance(message, Message)
        yield StoredMessage(
            *(1, chat["id"], message.id, message.at, 1, message.edited, message.reply_to, None, False, False, False),
            *(message.media, None, message.text.encode(), message.text, bytes(16), bytes(16), "reference"),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=LARGE)
    count = parser.parse_args().messages
    with database_settings() as settings:
        exports = {n: generated(settings.anselm_home, n) for n in (SMALL, count, count + count // 100)}
        reference = child(settings, f"from benchmarks.ingest import refer; refer({str(exports[count])!r})")
        print(f"reference: {reference.seconds:.1f} s, {reference.peak_mib:.0f} MiB")
        clean = imported(settings, exports[count], "clean")
        again = imported(settings, exports[count], "again")
        grown = imported(settings, exports[count + count // 100], "grown")
        with database_settings() as others:
            plain = imported(others, exports[count], "plain", "plain")
        with database_settings() as others:
            small = imported(others, exports[SMALL], "small")
    figures = {
        "ratio_plain": round(plain.seconds / reference.seconds, 2),
        "ratio_clean": round(clean.seconds / reference.seconds, 2),
        "messages_per_s_clean": round(count / clean.seconds),
        "peak_mib_10k": round(small.peak_mib),
        "peak_mib_1m": round(clean.peak_mib),
        "reimport_ratio": round(again.seconds / clean.seconds, 3),
        "reimport_ratio_grown": round(grown.seconds / clean.seconds, 3),
        "reference_s": round(reference.seconds, 1),
        "reference_peak_mib": round(reference.peak_mib),
    }
    print(json.dumps({"bench": "ingest", "figures": figures}))


if __name__ == "__main__":
    main()
