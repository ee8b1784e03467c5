"""Training text in replies, word for word: the longest run of characters that a reply shares with it.

The training text is cut into blocks. Every long run holds a whole block, so most replies are settled by one look-up a
character; the others are searched for in all of the text, whose time grows with reply and text, whatever they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: More characters than this in a row are no turn of phrase any more.
LONG = 50

#: Any run longer than ``LONG`` holds a whole block, wherever it begins.
_BLOCK = (LONG + 2) // 2

#: Stands between texts, and in no reply.
_END = "\0"


class TrainingText:
    """The texts that a model was trained on; case and spaces do not count."""

    def __init__(self, texts: Iterable[str]) -> None:
        distinct = sorted({_plain(text) for text in texts})
        self._all = _END.join(distinct)
        self._blocks = {text[at : at + _BLOCK] for text in distinct for at in range(0, len(text) - _BLOCK + 1, _BLOCK)}

    def shared_run(self, reply: str) -> int:
        """Characters, without spaces, of the longest run that the reply shares with a text; 0 where none is longer than
        ``LONG``."""
        said = _plain(reply)
        if not any(said[at : at + _BLOCK] in self._blocks for at in range(len(said) - _BLOCK + 1)):
            return 0
        longest = LONG
        for start in range(len(said)):
            while start + longest < len(said) and said[start : start + longest + 1] in self._all:
                longest += 1
        return longest if longest > LONG else 0

    def shared_runs(self, replies: Sequence[str]) -> list[int]:
        return [self.shared_run(reply) for reply in replies]


def _plain(text: str) -> str:
    return "".join(text.casefold().replace(_END, "").split())
