""".env.example says what the code says."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ops import env_example
from shared.settings import CHECKOUT

TEXT = (CHECKOUT / ".env.example").read_text()


def test_is_up_to_date() -> None:
    assert env_example.render() == TEXT, "run: make settings"


def test_every_setting_is_explained_and_none_is_set() -> None:
    lines = [line for line in TEXT.splitlines() if line]
    assert all(line.startswith("#") for line in lines)
    for before, line in pairwise(lines):
        if line.startswith("#") and not line.startswith("# "):
            assert before.startswith("# "), line


@pytest.mark.parametrize("name", ["BOT_TOKEN", "HF_TOKEN", "BASE_MODEL", "EMBEDDING_MODEL", "TG_API_ID", "TG_API_HASH"])
def test_what_everybody_asks_for_is_there_once(name: str) -> None:
    assert sum(line.startswith(f"#{name}=") for line in TEXT.splitlines()) == 1
