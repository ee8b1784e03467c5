"""What this machine's processor computes with."""

from __future__ import annotations

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")


def has_bfloat16() -> bool:
    """Whether it multiplies in bfloat16; without that it is emulated, and several times slower than float32.

    Linux says so; elsewhere float32 is the safe choice.
    """
    try:
        flags = CPUINFO.read_text().split()
    except OSError:
        return False
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(flags)
