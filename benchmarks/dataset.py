"""How long does a dataset take, and how much memory? ``make bench NAME=dataset`` (about five minutes).

A million clean messages (``--messages`` for fewer) of 40 chats, the largest with a sixth of them, go straight into the
tables of a real PostgreSQL by COPY: words as frequent as in English, Russian and German, lengths as in chats, every
sixth message one of a few short ones. The build is what a worker does, in a process of its own: database, sessions,
examples, second line, split, near-duplicates, statistics, plots, files, lineage. Memory is the sum over that process
and those that it starts, sampled twenty times a second. The reference, in the same run: parse the lines of the dataset
and write them once more with ``json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
from wordfreq import top_n_list, word_frequency

from benchmarks.engines import database_settings
from benchmarks.importing import Silence, child
from services.ingest import models
from services.ingest.building import build_dataset, request_dataset
from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.keys import load_keys
from services.ingest.repository.copying import HEADER, TRAILER, StoredMessage, packed
from services.ingest.repository.datasets import Datasets
from services.ingest.repository.people import People
from services.ingest.settings import IngestSettings
from services.ingest.stage import Stage
from services.ingest.telegram.survey import Profile
from shared.contracts.ingest import DatasetRequest
from shared.database import Database
from shared.jobs import JobReporter
from shared.settings import Settings

CHATS, LARGE = 40, 1_000_000
NAME = "bench-d1"
SHORT = ("ok", "да", "yes", "ага", "ja", "haha", "ну да", "👍", "😂", "no idea", "спасибо", "genau", "on my way")
#: Words in a message, and how many messages of a hundred have so many.
LENGTHS = {2: 14, 3: 13, 4: 12, 5: 11, 6: 10, 8: 12, 10: 9, 13: 8, 18: 6, 27: 3, 45: 2}


class Talk:
    """Texts, of which no detector finds anything."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)
        self._cleaner = Cleaner.of(())
        self._words = {code: top_n_list(code, 20_000) for code in ("en", "ru", "de")}
        self._weights = {code: self._running(words, code) for code, words in self._words.items()}

    def _running(self, words: list[str], code: str) -> list[float]:
        total, found = 0.0, []
        for word in words:
            total += word_frequency(word, code)
            found.append(total)
        return found

    def text(self, code: str) -> str:
        if self._random.random() < 1 / 6:
            return self._random.choice(SHORT)
        [count] = self._random.choices([*LENGTHS], weights=[*LENGTHS.values()])
        words = self._random.choices(self._words[code], cum_weights=self._weights[code], k=count)
        end = self._random.choices(("", ".", "?", "!", " 😀", " ❤️"), weights=(70, 8, 12, 4, 4, 2))[0]
        text = " ".join(words) + end
        return self._cleaner.clean(text[:1].upper() + text[1:] if self._random.random() < 0.5 else text).text


def rows(chat: int, count: int, account: int, owner: int, contact: int) -> Iterator[StoredMessage]:
    """Bursts of one sender, and every few hours a silence."""
    chance, talk = random.Random(f"times {chat}"), Talk(f"texts {chat}")
    at, sender, code = 1_500_000_000 + chance.randrange(50_000_000), contact, chance.choice(("en", "en", "ru", "de"))
    for number in range(1, count + 1):
        at += chance.choice((4, 15, 60, 300)) if chance.random() > 0.03 else chance.randrange(30_000, 200_000)
        sender = sender if chance.random() < 0.1 else chance.choice((owner, contact))
        clean = talk.text(code)
        yield StoredMessage(
            *(account, chat, number, at, sender, None, None, None, False, False, False, None, None, None),
            *(clean, bytes(16), bytes(16), "bench"),
        )


def shares(count: int) -> list[int]:
    """Messages of each chat: the second has a half of what the first has, the third a third."""
    weights = [1 / (number + 1.5) for number in range(CHATS)]
    return [round(count * weight / sum(weights)) for weight in weights]


async def fill(settings: IngestSettings, count: int) -> None:
    database, keys = Database(settings), load_keys(settings.key_file)
    async with database.transaction() as session:
        names = {"user1": Profile(["Robin Falkenrath"]), **{f"user{n + 2}": Profile([f"Qx{n}"]) for n in range(CHATS)}}
        people = await People(session, keys).add_all(names)
        account = models.Account(owner_id=people["user1"])
        session.add(account)
        await session.flush()
        session.add_all(models.Chat(account_id=account.id, id=n, type="personal_chat") for n in range(1, CHATS + 1))
        await session.flush()
        for chat in range(1, CHATS + 1):
            for person in (people["user1"], people[f"user{chat + 1}"]):
                session.add(
                    models.Consent(
                        account_id=account.id, chat_id=chat, person_id=person, purpose="train", evidence=b"made up"
                    )
                )
    copied = f"copy ingest.messages ({', '.join(StoredMessage._fields)}) from stdin binary"
    url = settings.sqlalchemy_url.replace("postgresql+psycopg", "postgresql", 1)
    with psycopg.connect(url) as connection, connection.cursor() as cursor, cursor.copy(copied) as copy:
        copy.write(HEADER)
        for chat, share in enumerate(shares(count), start=1):
            copy.write(packed(rows(chat, share, account.id, people["user1"], people[f"user{chat + 1}"])))
        copy.write(TRAILER)
    async with database.transaction() as session:
        await request_dataset(session, keys, DatasetRequest(persona="bench"))
    await database.close()


def build() -> None:
    """A child: build what was asked for."""
    settings = IngestSettings()

    async def work() -> None:
        database = Database(settings)
        progress = JobReporter(Silence(), NAME, "dataset")  # type: ignore[arg-type]
        await build_dataset(Stage(settings, database, load_keys(settings.key_file), progress), NAME)
        async with database.transaction() as session:
            row = await Datasets(session).get(NAME)
            assert row.state == "done", row.error
            print(json.dumps(row.statistics["splits"] if row.statistics else None))
            print(json.dumps(row.statistics["proof"] if row.statistics else None))
        await database.close()

    asyncio.run(work())


def refer() -> None:
    """The reference's child: read and write the lines once more."""
    folder = IngestSettings().datasets / NAME
    with (folder.parent / f"{secrets.token_hex(4)}.jsonl").open("w", encoding="utf-8") as out:
        for split in ("train", "val", "test"):
            with (folder / f"{split}.jsonl").open(encoding="utf-8") as lines:
                out.writelines(json.dumps(json.loads(line), ensure_ascii=False) + "\n" for line in lines)


def run(settings: Settings, count: int) -> dict[str, float]:
    own = IngestSettings(**settings.model_dump())
    asyncio.run(fill(own, count))
    built = child(settings, "from benchmarks.dataset import build; build()")
    reference = child(settings, "from benchmarks.dataset import refer; refer()")
    size = sum(file.stat().st_size for file in Path(own.datasets / NAME).rglob("*"))
    return {
        "build_s_1m" if count == LARGE else "build_s": round(built.seconds, 1),
        "messages_per_s": round(count / built.seconds),
        "peak_gib": round(built.peak_mib / 1024, 3),
        "cpu_s": round(built.cpu_seconds, 1),
        "ratio_json": round(built.cpu_seconds / reference.cpu_seconds, 2),
        "reference_cpu_s": round(reference.cpu_seconds, 1),
        "files_gib": round(size / (1 << 30), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--messages", type=int, default=LARGE)
    count = parser.parse_args().messages
    with database_settings() as settings:
        figures = run(settings, count)
    print(json.dumps({"bench": "dataset", "figures": figures}))


if __name__ == "__main__":
    main()
