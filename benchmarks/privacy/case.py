"""A text with one private value in it, and the texts that are written around values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "ru", "de")
TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Case:
    kind: str
    language: str
    before: str
    value: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.value + self.after


@cache
def texts(name: str) -> dict[str, Any]:
    """``texts/NAME.toml``."""
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))
