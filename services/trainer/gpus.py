"""The GPUs that this worker may use, as the driver sees them, and how much of their memory is free."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pynvml

from shared.errors import Conflict

GIB = 2**30


@dataclass(frozen=True)
class Gpu:
    """``uuid`` names it on every host and in every container; memory in bytes."""

    uuid: str
    free: int
    total: int


def visible() -> list[Gpu]:
    """Every GPU, or those that CUDA_VISIBLE_DEVICES names by UUIDs or by numbers, which follow the PCI bus; none where
    there is no driver.

    Raises:
        Conflict: one that is named is not there, or does not answer.
    """
    with _driver() as there:
        try:
            return [_read(handle) for handle in _handles()] if there else []
        except pynvml.NVMLError as error:
            hint = "See nvidia-smi, and CUDA_VISIBLE_DEVICES of this worker."
            raise Conflict(f"The driver does not tell of the GPUs: {error}.", hint=hint) from error


@contextmanager
def _driver() -> Iterator[bool]:
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield False
        return
    try:
        yield True
    finally:
        pynvml.nvmlShutdown()


def _handles() -> list[Any]:
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
    names = [name.strip() for name in named.split(",") if name.strip()]
    return [
        pynvml.nvmlDeviceGetHandleByIndex(int(name)) if name.isdigit() else pynvml.nvmlDeviceGetHandleByUUID(name)
        for name in names
    ]


def _read(handle: Any) -> Gpu:
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    return Gpu(pynvml.nvmlDeviceGetUUID(handle), int(memory.free), int(memory.total))
