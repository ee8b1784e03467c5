"""Examples in the formats that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

from shared.errors import Unavailable

SPLITS = ("train", "val", "test")
SPEAKERS = {"system": "system", "user": "human", "assistant": "gpt"}
#: Rows that lie beside each other in a Parquet file.
GROUP = 1_000


class Format(StrEnum):
    """What the files are for: axolotl's ``chat_template`` type, ShareGPT, Parquet, or all splits in one document."""

    AXOLOTL = "axolotl"
    SHAREGPT = "sharegpt"
    PARQUET = "parquet"
    SFT = "sft"


Write = Callable[[Mapping[str, Any]], None]


def sharegpt(example: Mapping[str, Any]) -> dict[str, Any]:
    turns = [{"from": SPEAKERS[turn["role"]], "value": turn["content"]} for turn in example["messages"]]
    return {"id": example["id"], "conversations": turns}


@contextmanager
def writing(file: Path, kind: Format) -> Iterator[Write]:
    """A function that writes one example more to the file.

    Raises:
        Unavailable: Parquet needs a library that is not there.
    """
    if kind is Format.PARQUET:
        with _parquet(file) as write:
            yield write
        return
    with file.open("w", encoding="utf-8") as out:
        shape = sharegpt if kind is Format.SHAREGPT else dict

        def write_line(example: Mapping[str, Any]) -> None:
            out.write(json.dumps(shape(example), ensure_ascii=False) + "\n")

        yield write_line


@contextmanager
def _parquet(file: Path) -> Iterator[Write]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise Unavailable("Parquet needs pyarrow.", hint='Install it: pip install "anselm-ai[parquet]"') from error
    turn = pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())])
    text, texts = pyarrow.string(), pyarrow.list_(pyarrow.string())
    kinds = {"id": text, "thread": text, "messages": pyarrow.list_(turn), "message_ids": texts, "people": texts}
    schema = pyarrow.schema(list(kinds.items()))
    waiting: list[Mapping[str, Any]] = []
    with parquet.ParquetWriter(file, schema, compression="zstd") as out:

        def write(example: Mapping[str, Any]) -> None:
            waiting.append(example)
            if len(waiting) == GROUP:
                flush(waiting)

        def flush(rows: Iterable[Mapping[str, Any]]) -> None:
            out.write_table(pyarrow.Table.from_pylist(list(rows), schema))
            waiting.clear()

        yield write
        flush(waiting)
