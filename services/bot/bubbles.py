"""A reply as a person would send it: one message a line, with a moment of typing before each further one."""

from __future__ import annotations

#: Telegram's limit for one message, in characters.
LONGEST = 4096
#: More bubbles than this are a wall; the last one then holds the rest.
MOST = 6

CHARACTERS_PER_SECOND = 30.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.4, 3.0


def split(reply: str) -> list[str]:
    """The bubbles of a reply: its lines, without empty ones, none longer than Telegram takes."""
    lines = [line.strip() for line in reply.splitlines() if line.strip()]
    if len(lines) > MOST:
        lines = [*lines[: MOST - 1], "\n".join(lines[MOST - 1 :])]
    return [piece for line in lines for piece in _cut(line)]


def _cut(line: str) -> list[str]:
    pieces = []
    while len(line) > LONGEST:
        at = max(line.rfind(" ", 0, LONGEST + 1), line.rfind("\n", 0, LONGEST + 1))
        at = at if at > 0 else LONGEST
        pieces.append(line[:at].rstrip())
        line = line[at:].lstrip()
    return [*pieces, line]


def pause(bubble: str) -> float:
    """Seconds that a quick typist needs for a bubble, within what a reader likes to wait."""
    return min(SHORTEST_PAUSE + len(bubble) / CHARACTERS_PER_SECOND, LONGEST_PAUSE)
