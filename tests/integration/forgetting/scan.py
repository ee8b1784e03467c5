"""Looking for strings everywhere: tables, sealed values, Redis, files, logs. Nothing of the services' code is used."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from psycopg import sql
from redis import Redis

from shared.settings import Settings

#: What kinds of things are sealed in Redis.
PLACES = (b"job", b"queue", b"bot.inbox", b"bot.journal", b"bot.shown")
SCHEMAS = ("ingest", "training", "memory", "feedback")
QUERY = (
    "select c.table_schema, c.table_name, array_remove(array_agg(case when c.data_type = 'bytea' then c.column_name "
    "end), null) from information_schema.columns c where c.table_schema = any(%s) group by 1, 2 order by 1, 2"
)


def scan(settings: Settings, needles: Iterable[str], logs: str) -> dict[str, set[str]]:
    """Where each of the strings is found."""
    wanted, found = list(needles), dict[str, set[str]]()
    for place, text in everything(settings, logs):
        for needle in wanted:
            if needle in text:
                found.setdefault(needle, set()).add(place)
    return found


def everything(settings: Settings, logs: str) -> Iterator[tuple[str, str]]:
    yield "logs", logs
    yield from tables(settings)
    yield from redis(settings)
    yield from files(settings.anselm_home)


def tables(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each table as one text; beside it, what its sealed columns hold."""
    unseal = opener(settings.anselm_home / "secrets" / "ingest_key")
    with psycopg.connect(settings.database_url, password=settings.postgres_password.get_secret_value()) as connection:
        for schema, table, sealed in connection.execute(QUERY, [list(SCHEMAS)]).fetchall():
            name = sql.Identifier(schema, table)
            rows = connection.execute(sql.SQL("select t::text from {} t").format(name)).fetchall()
            yield f"{schema}.{table}", "\n".join(row for (row,) in rows)
            for column in sealed:
                query = sql.SQL("select {} from {} where {} is not null")
                values = connection.execute(query.format(sql.Identifier(column), name, sql.Identifier(column)))
                yield f"{schema}.{table}.{column}", "\n".join(filter(None, (unseal(value) for (value,) in values)))


def opener(key_file: Path) -> Callable[[bytes], str | None]:
    """Opens what is sealed under the key of stored text; hashes do not open."""
    secret = bytes.fromhex(key_file.read_text().split()[0])
    cipher = AESGCM(hmac.digest(secret, b"text", "sha256"))

    def unseal(value: bytes) -> str | None:
        try:
            return cipher.decrypt(value[:12], value[12:], None).decode()
        except (InvalidTag, ValueError):
            return None

    return unseal


def redis(settings: Settings) -> Iterator[tuple[str, str]]:
    opened = sealed_reader(settings.service_token.get_secret_value())
    with Redis.from_url(settings.broker_url) as client:
        for key in client.scan_iter():
            name = key.decode()
            yield f"redis {name}", "\n".join([name, *(opened(value.decode()) for value in values(client, key))])


def values(client: Redis, key: bytes) -> list[bytes]:
    match client.type(key):
        case b"string":
            return [client.get(key) or b""]
        case b"hash":
            return [part for pair in client.hgetall(key).items() for part in pair]
        case b"list":
            return client.lrange(key, 0, -1)
        case b"set":
            return list(client.smembers(key))
        case _:
            return client.zrange(key, 0, -1)


def sealed_reader(token: str) -> Callable[[str], str]:
    """Reads a value of Redis with what is sealed in it, or in the task that it is; those lie in base64 in a queue."""
    cipher = AESGCM(HKDF(SHA256(), 32, b"anselm redis", b"text").derive(token.encode()))

    def unsealed(text: str, place: bytes) -> str:
        try:
            raw = base64.b64decode(text, validate=True)
            return cipher.decrypt(raw[:12], raw[12:], place).decode()
        except (InvalidTag, ValueError):
            return ""

    def read(value: str) -> str:
        try:
            body = base64.b64decode(json.loads(value)["body"]).decode()
        except (ValueError, KeyError, TypeError):
            body = ""
        return "\n".join([value, body, *(unsealed(text, place) for text in (value, body) for place in PLACES)])

    return read


def files(home: Path) -> Iterator[tuple[str, str]]:
    for file in home.rglob("*"):
        yield str(file), file.name
        if file.is_file():
            yield str(file), file.read_text(errors="replace")
