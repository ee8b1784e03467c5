"""Why a run failed, in one line that says what to do, and that repeats nothing that somebody wrote."""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.errors import AnselmError, Conflict, Invalid, NotFound, StorageFull, disk_is_full

_LONGEST = 400

#: How a stage ends that found no room even to say why (EX_CANTCREAT of sysexits.h).
NO_ROOM = 73

#: Errors whose words are about machines. What others say may quote a conversation.
_SPEAK_OF_MACHINES = (OSError, RuntimeError, ImportError, MemoryError)

#: How PyTorch, safetensors and the operating system say that there is no room.
_MEMORY = re.compile(r"out of memory|can't allocate memory|cannot allocate memory|CUBLAS_STATUS_ALLOC_FAILED", re.I)
_DISK = re.compile(r"no space left on device|disk quota exceeded|os error (28|122)\b", re.I)


def describe(error: Exception, recipe: Mapping[str, Any] | None = None) -> AnselmError:
    """The error as one for the owner.

    Args:
        recipe: the settings of the run, of which the line names those that help.
    """
    if isinstance(error, AnselmError):
        return error
    if _out_of_memory(error):
        return AnselmError("Memory ran out while training.", hint=to_need_less(recipe or {}))
    if _out_of_disk(error):
        return StorageFull("The disk is full; nothing was kept but the last checkpoint.", hint="Free some space.")
    said = f": {' '.join(str(error).split())[:_LONGEST]}" if isinstance(error, _SPEAK_OF_MACHINES) else ""
    return AnselmError(f"{type(error).__name__}{said or f' at {_place(error)}'}")


def can_be_resumed(error: AnselmError) -> bool:
    """Whether trying the same again may end differently: what was asked for was right, the machine was not."""
    return not isinstance(error, Invalid | Conflict | NotFound)


def to_need_less(recipe: Mapping[str, Any]) -> str:
    """Which settings to lower, in the order in which they cost least, with what they are now."""
    advice = []
    if recipe.get("micro_batch", 2) > 1:
        more = recipe.get("micro_batch", 1) * recipe.get("accumulation", 1)
        advice.append(f"micro_batch{_now(recipe, 'micro_batch')} to 1 with accumulation={more}")
    advice.append(f"sequence_length{_now(recipe, 'sequence_length')}")
    if "rank" in recipe:
        advice.append(f"rank{_now(recipe, 'rank')}")
    four_bits = "" if recipe.get("quantised", True) else "; or set quantised=true, which keeps the base model in 4 bits"
    return f"Lower {', then '.join(advice)}{four_bits}: anselm train --set NAME=VALUE"


def _now(recipe: Mapping[str, Any], name: str) -> str:
    return f" (now {recipe[name]})" if name in recipe else ""


def _out_of_memory(error: BaseException) -> bool:
    return isinstance(error, MemoryError) or any(
        isinstance(link, RuntimeError) and _MEMORY.search(str(link)) for link in _chain(error)
    )


def _out_of_disk(error: BaseException) -> bool:
    """Safetensors and PyTorch's archive writer wrap what the system said in errors of their own."""
    return any(disk_is_full(link) or _DISK.search(str(link)) for link in _chain(error))


def _chain(error: BaseException) -> list[BaseException]:
    links = [error]
    while (cause := links[-1].__cause__ or links[-1].__context__) is not None and cause not in links:
        links.append(cause)
    return links


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{'/'.join(Path(frames[-1].filename).parts[-2:])}:{frames[-1].lineno}" if frames else "an unknown place"
