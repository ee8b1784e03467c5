"""How long texts are in tokens: of the base model where its tokenizer is at hand, else estimated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Invalid

#: Bytes of UTF-8 a token: about four letters of English, two of Russian.
BYTES = 4
ESTIMATE = f"estimated: {BYTES} bytes a token"


@dataclass(frozen=True)
class Ruler:
    """Counts tokens; ``name`` says by what."""

    name: str
    lengths: Callable[[Sequence[str]], list[int]]


def ruler(file: Path | None) -> Ruler:
    """
    Args:
        file: a ``tokenizer.json`` of the tokenizers library; none: lengths are estimated.

    Raises:
        Invalid: the file is not there, or is no tokenizer.
    """
    if file is None:
        return Ruler(ESTIMATE, lambda texts: [-(-len(text.encode()) // BYTES) for text in texts])

    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises no class of its own
        hint = "Set TOKENIZER_FILE to the tokenizer.json of the base model, or leave it out."
        raise Invalid(f"{file} is no tokenizer.", hint=hint) from error
    # Batches would be shared out among threads; a thread's texts are few.
    return Ruler(
        f"{file.parent.name}/{file.name}",
        lambda texts: [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts],
    )
