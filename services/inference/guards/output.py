"""What is decided while the model writes."""

from __future__ import annotations

import re

from services.inference.guards.identity import claim, unclaimed
from services.inference.guards.loops import is_looping
from shared.privacy.detectors import masked
from shared.privacy.stream import settled

#: Characters already sent that a decision about the next ones looks back on.
LOOK_BACK = 400
SPACE = re.compile(r"\s")


class OutputGuard:
    """Passes a reply through as it is written, holding back only what may still turn out to be part of something
    private or of a claim: the last two words, mostly.

    What is private leaves masked. A loop, or a claim to be human, ends the reply, the latter with the disclosure.
    Decided is at the end of every word, however the text is cut on its way here.

    Attributes:
        hit: the name of the first guard that acted: ``masked``, ``repetition`` or ``human_claim``.
        stopped: the reply is over, whatever the model still wants to say.
        said: everything that was let through.
    """

    def __init__(self, disclosure: str) -> None:
        self._disclosure = disclosure
        self._held = ""
        self.hit: str | None = None
        self.stopped = False
        self.said = ""

    def feed(self, text: str) -> str:
        """Take what the model wrote, give what may be sent."""
        sent, looked_at = "", len(self._held)
        self._held += text
        while not self.stopped and (space := SPACE.search(self._held, looked_at)):
            before = len(self._held)
            sent += self._decide(space.end())
            looked_at = space.end() - (before - len(self._held))
        if not self.stopped and looked_at < len(self._held) and is_looping(self._context + self._held):
            sent += self._stop("repetition", self._pass(len(self._held)))
        return sent

    def end(self) -> str:
        """What was held back; the model has nothing to add."""
        return "" if self.stopped else self._pass(len(self._held))

    @property
    def _context(self) -> str:
        return self.said[-LOOK_BACK:]

    def _decide(self, end: int) -> str:
        """Look at the reply as far as the end of a word that is held."""
        back = len(self._context)
        window = self._context + self._held[:end]
        if is_looping(window):
            return self._stop("repetition", self._pass(end))
        return self._pass(min(settled(window, back), unclaimed(window)) - back)

    def _pass(self, length: int) -> str:
        if length <= 0:
            return ""
        passed, self._held = self._held[:length], self._held[length:]
        begins = claim(self._context + passed)
        if begins is not None:
            kept = self._masked(passed[: max(begins - len(self._context), 0)].rstrip())
            passed = self._stop("human_claim", f"{kept}\n{self._disclosure}" if self.said or kept else self._disclosure)
        else:
            passed = self._masked(passed)
        self.said += passed
        return passed

    def _masked(self, text: str) -> str:
        clean = masked(text, self._context)
        if clean.masked:
            self.hit = self.hit or "masked"
        return clean.text

    def _stop(self, guard: str, last: str) -> str:
        self.hit, self.stopped, self._held = self.hit or guard, True, ""
        return last
