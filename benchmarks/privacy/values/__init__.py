"""Private values that are valid by construction, one function a kind: ``(rng, language)`` in, a ``Value`` out."""

from __future__ import annotations

import random
from collections.abc import Callable

from benchmarks.privacy.values import (
    credentials,
    documents,
    emails,
    keys,
    links,
    money,
    network,
    phones,
    places,
    tokens,
    wallets,
)
from benchmarks.privacy.values.value import Value

#: What is told by a pattern or a checksum, with or without a word beside it.
PATTERNED: dict[str, Callable[[random.Random, str], Value]] = {
    "phone": phones.phone,
    "email": emails.email,
    "card": money.card,
    "iban": money.iban,
    "bank_account": money.bank_account,
    "passport": documents.passport,
    "ssn": documents.ssn,
    "inn": documents.inn,
    "snils": documents.snils,
    "steuer_id": documents.steuer_id,
    "birth_date": documents.birth_date,
    "plate": documents.plate,
    "coordinates": places.coordinates,
    "ip": network.ip,
    "mac": network.mac,
    "crypto_address": wallets.crypto_address,
    "seed_phrase": keys.seed_phrase,
    "private_key": keys.private_key,
    "password": credentials.password,
    "code": credentials.code,
    "api_token": tokens.api_token,
    "secret_url": links.secret_url,
    "invite": links.invite,
}
VALUES = {**PATTERNED, "address": places.address}

__all__ = ["PATTERNED", "VALUES", "Value"]
