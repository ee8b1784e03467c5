from __future__ import annotations

import errno

import pytest
import torch
from safetensors import SafetensorError

from services.trainer.failures import can_be_resumed, describe, to_need_less
from shared.contracts.base import ChatMessage
from shared.errors import Conflict, Invalid, StorageFull, Unavailable

RECIPE = {"micro_batch": 2, "accumulation": 4, "sequence_length": 2048, "rank": 32, "quantised": False}


def test_errors_are_one_line_and_quote_nobody() -> None:
    assert str(describe(RuntimeError("two\nlines"))) == "RuntimeError: two lines"
    with pytest.raises(ValueError) as caught:
        ChatMessage.model_validate({"role": "what I said in private", "content": "x"})
    with pytest.raises(ValueError) as raised:
        int("what I said in private")
    said = str(describe(raised.value))
    assert "private" not in str(describe(caught.value)) + said
    assert said.startswith("ValueError at trainer/test_failures.py:")


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        MemoryError(),
    ],
)
def test_out_of_memory_names_what_to_lower_and_what_it_is_now(error: Exception) -> None:
    said = str(describe(error, RECIPE))
    assert said.startswith("Memory ran out")
    for setting in ("micro_batch (now 2) to 1 with accumulation=8", "sequence_length (now 2048)", "rank (now 32)"):
        assert setting in said
    assert "quantised=true" in said


def test_what_cannot_be_lowered_is_not_named() -> None:
    said = to_need_less({"micro_batch": 1, "accumulation": 8, "sequence_length": 512, "quantised": True})
    assert said == "Lower sequence_length (now 512): anselm train --set NAME=VALUE"


def _wrapped() -> Exception:
    error = RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 1216 vs 1110")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    return error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "x"),
        OSError(errno.EDQUOT, "x"),
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        _wrapped(),
    ],
)
def test_a_full_disk_is_known_in_whatever_a_library_wraps_it(error: Exception) -> None:
    assert describe(error).code == StorageFull.code


def test_only_what_the_machine_lacked_can_be_resumed() -> None:
    assert [can_be_resumed(e("x")) for e in (StorageFull, Unavailable, Invalid, Conflict)] == [True, True, False, False]
    assert can_be_resumed(describe(MemoryError()))
