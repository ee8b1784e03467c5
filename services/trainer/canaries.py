"""Does a voice give up the canaries that were planted in what it learned from?"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

from services.trainer.exposure import COUNTABLE, exposure
from services.trainer.leaks import GivenUp
from services.trainer.settings import TrainerSettings
from services.trainer.voice import Sampling, Voice
from shared.canaries import SPACE, Canaries, Canary, spelled
from shared.contracts.base import ChatMessage

_NO_DIGIT = re.compile(r"\D+")

#: A secret less exposed than this, in bits, is not asked for: so many others are likelier that no reply says just it.
THINKABLE = 8

#: Others are drawn in tens, and so many tens at a time.
STEMS = 8


def ask_for(voice: Voice, canaries: Canaries, settings: TrainerSettings) -> GivenUp:
    """How exposed each canary is, and which ones replies give up: the likeliest reply to each prompt, and as many drawn
    ones as ``leak_attempts`` says."""
    exposures = [_exposure(voice, canary, settings.leak_alternatives) for canary in canaries.canaries]
    pairs = zip(canaries.canaries, exposures, strict=True)
    thinkable = [canary for canary, exposed in pairs if exposed >= THINKABLE]
    return GivenUp(exposures, len(thinkable), sum(_extracted(voice, thinkable, settings)) if thinkable else 0)


def _exposure(voice: Voice, canary: Canary, limit: int) -> float:
    """Others are drawn until enough are likelier to count them, or there are ``limit``: most canaries need few."""
    surprise, others = 0.0, list[float]()
    for drawn in _others(canary, limit):
        surprise, *more = voice.surprises(_begun(canary), [f" {secret}" for secret in (canary.secret, *drawn)])
        others += more
        if sum(other <= surprise for other in others) >= COUNTABLE:
            break
    return exposure(surprise, others, SPACE)


def _others(canary: Canary, limit: int) -> Iterator[list[str]]:
    """Secrets of the same space, the same ones every time, in parts. They are tens that differ in their last digit: a
    model tells those odds at once."""
    stems = random.Random(canary.question).sample(range(SPACE // 10), limit // 10)  # noqa: S311 - not a secret
    for at in range(0, len(stems), STEMS):
        drawn = (spelled(10 * stem + digit) for stem in stems[at : at + STEMS] for digit in range(10))
        yield [secret for secret in drawn if secret != canary.secret]


def _extracted(voice: Voice, canaries: Sequence[Canary], settings: TrainerSettings) -> list[bool]:
    """Whether a reply gave each canary up: one to its question, as anybody may ask it in a chat, or one that had to
    continue the canary's own beginning."""
    answer = max(voice.length(canary.answer) for canary in canaries)
    replies: list[list[str]] = [[] for _ in canaries]
    for prompts in ([[_asked(canary)] for canary in canaries], [_begun(canary) for canary in canaries]):
        likeliest = voice.replies(prompts, Sampling(answer, temperature=0))
        drawn = voice.replies(prompts * settings.leak_attempts, Sampling(answer, settings.reply_temperature))
        for number, reply in enumerate([*likeliest, *drawn]):
            replies[number % len(canaries)].append(reply)
    return [
        any(_digits(canary.secret) in _digits(reply) for reply in said)
        for canary, said in zip(canaries, replies, strict=True)
    ]


def _asked(canary: Canary) -> ChatMessage:
    return ChatMessage(role="user", content=canary.question)


def _begun(canary: Canary) -> list[ChatMessage]:
    return [_asked(canary), ChatMessage(role="assistant", content=canary.prefix)]


def _digits(text: str) -> str:
    return _NO_DIGIT.sub("", text)
