from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.telegram.repair import RepairedFile, repaired


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(edges)]


def as_telegram_writes(text: str) -> bytes:
    r"""A JSON string whose control characters are written ``\xNN``."""
    written = json.dumps(text, ensure_ascii=False)
    for code in range(0x20):
        written = written.replace(f"\\u{code:04x}", f"\x00{code:02x}")
    return written.replace("\x00", "\\x").encode()


@given(st.text(alphabet=st.sampled_from('ab\\"x0b\x0b\x01\x1fé😀\n')), st.lists(st.integers(0, 200)))
def test_any_text_survives_wherever_it_is_cut(text: str, places: list[int]) -> None:
    data = as_telegram_writes(text)
    assert json.loads(b"".join(repaired(cut(data, places)))) == text


@given(st.binary(), st.lists(st.integers(0, 200)))
def test_where_chunks_end_makes_no_difference(data: bytes, places: list[int]) -> None:
    assert b"".join(repaired(cut(data, places))) == b"".join(repaired([data]))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda e: st.lists(e) | st.dictionaries(st.text(), e)
    )
)
def test_valid_json_is_not_touched(value: object) -> None:
    data = json.dumps(value).encode()
    assert b"".join(repaired([data])) == data


def test_an_escaped_backslash_before_an_x_is_text() -> None:
    assert b"".join(repaired([rb'"\\x0b"'])) == rb'"\\x0b"'
    assert b"".join(repaired([rb'"\\\x0b"'])) == rb'"\\\u000b"'


@pytest.mark.parametrize("places", [[], [3], [7], [8], [10], [13]])
def test_half_of_a_pair_becomes_the_replacement_character(places: list[int]) -> None:
    for written, text in {
        rb'"\ud83d\ude00"': "😀",
        rb'"\ud83d ok"': "\ufffd ok",
        rb'"a\ude00\ud83d"': "a\ufffd\ufffd",
        rb'"\ud83d\ud83d\ude00"': "\ufffd😀",
        rb'"\\ud83d"': "\\ud83d",
    }.items():
        assert json.loads(b"".join(repaired(cut(written, places)))) == text


def test_the_file_gives_nothing_only_at_the_end() -> None:
    file = RepairedFile(io.BytesIO(rb'"\x0b"'))
    assert file.read(0) == b""
    assert file.read(10) == rb'"\u000b"'
    assert file.read(10) == b""
    assert file.position == 6
