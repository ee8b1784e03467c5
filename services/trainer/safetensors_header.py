"""What a safetensors file holds, without reading its weights or needing a library.

The format is eight bytes with the length of a JSON header, the header, and the tensors without a gap: nothing in it
can be run, and nothing can hide behind it. See https://github.com/huggingface/safetensors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import Invalid

#: As the reference implementation has it.
_LONGEST = 100_000_000
_METADATA = "__metadata__"


@dataclass(frozen=True)
class Header:
    tensors: list[str]
    metadata: Mapping[str, str]


def read_header(file: Path) -> Header:
    """
    Raises:
        Invalid: it is no whole safetensors file, or holds more than tensors.
    """
    with file.open("rb") as source:
        length = int.from_bytes(source.read(8), "little")
        if not 2 <= length <= min(_LONGEST, file.stat().st_size - 8):
            raise _no_safetensors(file)
        raw = source.read(length)
    try:
        header = json.loads(raw)
        tensors: dict[str, Any] = {name: about for name, about in header.items() if name != _METADATA}
        spans = sorted(tuple(about["data_offsets"]) for about in tensors.values())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_safetensors(file) from error
    ends = [0, *(end for _, end in spans)]
    if [start for start, _ in spans] != ends[:-1] or file.stat().st_size != 8 + length + ends[-1]:
        raise _no_safetensors(file)
    return Header(sorted(tensors), header.get(_METADATA) or {})


def _no_safetensors(file: Path) -> Invalid:
    return Invalid(f"{file.name} is not a whole safetensors file.", hint="Train the adapter again.")
