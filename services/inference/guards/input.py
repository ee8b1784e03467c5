"""What is decided before the model sees a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.inference.guards.identity import asked_in, in_language, language_of
from shared.errors import Invalid, TooLarge
from shared.privacy.detectors import SECRETS, find_in


@dataclass(frozen=True)
class FixedAnswer:
    """The answer to a message that the model does not get. ``keep``: both may be remembered."""

    guard: str
    text: str
    keep: bool


def require_length(message: str, limit: int) -> None:
    """Raise unless a message has something in it and at most ``limit`` characters.

    Raises:
        Invalid: it is blank. TooLarge: it is too long.
    """
    if not message.strip():
        raise Invalid("The message is empty.")
    if len(message) > limit:
        hint = f"Send at most {limit} characters at once."
        raise TooLarge(f"The message has {len(message)} characters.", hint=hint)


def inspect(message: str, *, disclosure: Mapping[str, str], secret_warning: Mapping[str, str]) -> FixedAnswer | None:
    """The fixed answer to a message that holds a secret, or that asks whether it talks to a machine."""
    if any(span.kind in SECRETS for span in find_in(message)):
        return FixedAnswer("secret", in_language(dict(secret_warning), language_of(message)), keep=False)
    if (language := asked_in(message)) is not None:
        return FixedAnswer("disclosure", in_language(dict(disclosure), language), keep=True)
    return None
