"""Examples as other tools read them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.commands.dataset import lines_of
from cli.dataset_formats import GROUP, Format, writing

EXAMPLE = {
    "id": "7-2",
    "thread": "7:2",
    "messages": [
        {"role": "system", "content": "Be Anselm."},
        {"role": "user", "content": "bread?"},
        {"role": "assistant", "content": "rye\nand ⚓"},
    ],
    "message_ids": ["7:1", "7:2"],
    "people": ["user_a", "user_b"],
}


def test_sharegpt_names_its_speakers(tmp_path: Path) -> None:
    with writing(tmp_path / "train.jsonl", Format.SHAREGPT) as write:
        write(EXAMPLE)
        write(EXAMPLE)
    lines = (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0]) == {
        "id": "7-2",
        "conversations": [
            {"from": "system", "value": "Be Anselm."},
            {"from": "human", "value": "bread?"},
            {"from": "gpt", "value": "rye\nand ⚓"},
        ],
    }


def test_parquet_has_every_field_in_order(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    count = GROUP + 3
    with writing(tmp_path / "train.parquet", Format.PARQUET) as write:
        for number in range(count):
            write(EXAMPLE | {"id": f"7-{number}"})
    rows = parquet.read_table(tmp_path / "train.parquet").to_pylist()
    assert [row["id"] for row in rows] == [f"7-{number}" for number in range(count)]
    assert rows[2] == EXAMPLE


async def test_lines_are_whole_however_they_arrive() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for piece in (b'{"a"', b": 1}\n{", b'"b": 2}\n', b'{"c": 3}\n'):
            yield piece

    assert [json.loads(line) async for line in lines_of(pieces())] == [{"a": 1}, {"b": 2}, {"c": 3}]
