from __future__ import annotations

from pathlib import Path

import pytest

from shared import processor


@pytest.mark.parametrize(
    ("flags", "has"), [("fpu avx2 avx512_bf16", True), ("amx_bf16", True), ("fpu avx2 avx512f", False)]
)
def test_linux_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: str, has: bool) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor: 0\nflags\t: {flags}\n")
    monkeypatch.setattr(processor, "CPUINFO", file)
    assert processor.has_bfloat16() is has


def test_elsewhere_it_is_not_taken_for_granted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(processor, "CPUINFO", tmp_path / "missing")
    assert processor.has_bfloat16() is False
