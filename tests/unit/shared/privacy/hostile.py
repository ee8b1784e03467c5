"""Texts that are to hurt a regular expression, and how the work on them grows: ``python -m ...hostile growth|whole``.

Each measurement is stopped after a deadline and written as a line of JSON, so that one that explodes is named.
"""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.cleaning.names import Known
from shared.privacy.detectors import MASKERS

MIB = 1 << 20
SMALL = 1 << 15
#: Seconds of CPU of the larger text below which growth is not told from noise.
LEAST = 0.15
#: Seconds of CPU for one measurement before it is stopped.
DEADLINE, WHOLE_DEADLINE = 5, 60

_RNG = random.Random(7)
_SEED_WORDS = "cream field super cinnamon thank multiply genre twist crime enact access "

REPEATED: dict[str, str] = {
    "digits": "7",
    "all digits": "0123456789",
    "spaced digits": "1 2 3 4 5 6 7 8 9 0 ",
    "dashed digits": "12-34-56-78-",
    "pairs": "12 34 ",
    "dotted digits": "1.2.3.4.",
    "slashed digits": "1/2/",
    "bracketed digits": "(1)(2)(3)",
    "plus signs": "+",
    "plus and digits": "+7 912 ",
    "long phone": "+7(912)345-67-89-",
    "zero width": "4\u200b2\u200c4\u200d2\u2060",
    "right to left": "\u202e4\u202c2\u200f",
    "soft hyphens": "4\u00ad2\ufeff",
    "homoglyphs": "аaОO0еecсрpхx1lІ",
    "emoji digits": "1\ufe0f\u20e32\ufe0f\u20e3",
    "full width": "１２３４ ５６７８ ",
    "other scripts' digits": "٣۴५৬",
    "superscripts": "²³¹",
    "html": "<div class='a'><a href=\"x\">b</a></div>",
    "html brackets": "<<<>>>",
    "code": "```\nfor x in y: z[0] = 'a=1'; f(x, **y)\n```\n",
    "assignments": "api_key=",
    "assigned": "secret token key id = ",
    "latin word": "a",
    "capitals": "A",
    "cyrillic word": "ы",
    "name-like words": "Aaaa ",
    "Cyrillic capitals": "Ааа ",
    "at signs": "@",
    "near e-mails": "a@",
    "near e-mails with dots": "a@a.",
    "dots": ".",
    "dotted letters": "a.a.a.",
    "spelt e-mails": "a at b dot ",
    "spelt in Russian": "а собака б точка ",
    "quotes": "\"'«„“»",
    "nested quotes": "\"a 'b «c ",
    "brackets": "([{",
    "http": "http://",
    "links with passwords": "http://a:b@",
    "links": "https://t.me/+",
    "query": "https://a.b/?token=&token=",
    "slashes": "/",
    "colons": ":",
    "password cues": "password is ",
    "password cues in Russian": "пароль: ",
    "code cues": "код code pin ",
    "phone cues": "call me номер nummer ",
    "document cues": "паспорт passport ",
    "birth cues": "born on родился geboren am ",
    "iban cue": "iban счёт konto ",
    "street words": "street ",
    "streets without numbers": "Oak Street, ",
    "streets": "12 Oak Street, ",
    "number and capitals": "12 Oak Oak Oak ",
    "Russian streets": "г. Пермь, ул. Ленина, ",
    "Russian street words": "ул. ",
    "long Russian street": "ул. а б в ",
    "German streets": "Am Großen Ring ",
    "German street ends": "straße ",
    "flats": "12 Oak Street, flat 1, flat 2, ",
    "romance streets": "rua da via ",
    "postcodes": "SE16 4Q ",
    "near seed phrases": _SEED_WORDS + "the ",
    "seed words": _SEED_WORDS,
    "numbered seed words": "1. cream 2. field 3. super ",
    "seed words in lines": "cream\n \n",
    "near IBANs": "DE00 1234 5678 9012 3456 78 ",
    "IBAN starts": "DE89",
    "IBANs in one": "DE89370400440532013001",
    "PEM headers": "-----BEGIN RSA PRIVATE KEY-----\n",
    "PEM dashes": "-----BEGIN ",
    "near cards": "4242 4242 4242 4241 ",
    "near documents": "123-45-",
    "near coordinates": "1.234567 ",
    "near coordinate pairs": "-1.234567, ",
    "degrees": "12° 34' ",
    "hexadecimal": "deadbeef",
    "near wallets": "0x0x",
    "base58": "1A1zP1eP5QGefi2DMPTfTL5SLmv7Divf",
    "bech32": "bc1q",
    "near MACs": "aa:bb:cc:",
    "near IPs": "1.1.1.",
    "near IPv6": "::a:",
    "near tokens": "eyJaaaaaaaaaa.",
    "token starts": "sk-ghp_xoxb-AKIA",
    "dates": "12.03.1987 ",
    "plates": "А123ВС ",
    "German plates": "M-AB ",
    "spaces": " ",
    "lines": "\n",
    "no-break spaces": "\u00a0",
    "dashes": "-",
    "underscores": "_",
    "dashed letters": "a-a-",
    "emoji": "😀",
    "combining": "e\u0301",
    "names": "Anselm Varga ",
    "joined names": "Anselm-Varga-",
    "handles": "@anselm_varga",
    "pseudonyms": "user_0001 ",
    "placeholders": "<phone> <email>",
    "null bytes": "\0",
}


def text_of(name: str, size: int) -> str:
    if name == "random letters and digits":
        return "".join(_RNG.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=size))
    if name == "random characters":
        return "".join(_RNG.choices("aA1 .-@:/+()<>\"'\n_=%йЙ№#", k=size))
    piece = REPEATED[name]
    return (piece * (size // len(piece) + 1))[:size]


TEXTS = (*REPEATED, "random letters and digits", "random characters")


def detectors() -> dict[str, Callable[[str], object]]:
    """Each detector by the name of its class, and the whole cleaning with somebody known."""
    cleaner = Cleaner.of([Known("user_0001", ("Anselm Varga", "Надежда Петрова"), "anselm_varga")])
    found: dict[str, Callable[[str], object]] = {
        type(masker).__name__: lambda text, masker=masker: list(masker.find(text))  # type: ignore[misc]
        for masker in MASKERS
    }
    return found | {"Cleaner": cleaner.clean}


def seconds(work: Callable[[str], object], text: str, deadline: int) -> float | None:
    """CPU time of one run; nothing when the deadline passed first."""
    began = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, deadline)
    try:
        work(text)
    except TimeoutError:
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return time.process_time() - began


def growth() -> Iterator[dict[str, object]]:
    """The work on a text and on twice as much; the best of three where it looks like too much growth."""
    for detector, work in detectors().items():
        for name in TEXTS:
            small, large = text_of(name, SMALL), text_of(name, 2 * SMALL)
            for _ in range(3):
                first = seconds(work, small, DEADLINE)
                pair = first, None if first is None else seconds(work, large, DEADLINE)
                if None in pair or is_bounded(*pair):
                    break
            yield {"detector": detector, "text": name, "small": pair[0], "large": pair[1]}


def is_bounded(small: float | None, large: float | None) -> bool:
    return small is not None and large is not None and (large < LEAST or large < 3.2 * small)


def whole() -> Iterator[dict[str, object]]:
    clean = detectors()["Cleaner"]
    for name in TEXTS:
        yield {"text": name, "seconds": seconds(clean, text_of(name, MIB), WHOLE_DEADLINE)}


def _ring(*_: object) -> None:
    raise TimeoutError


if __name__ == "__main__":
    signal.signal(signal.SIGPROF, _ring)
    for line in {"growth": growth, "whole": whole}[sys.argv[1]]():
        print(json.dumps(line), flush=True)
