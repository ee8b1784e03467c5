"""What is decided while the model writes."""

from __future__ import annotations

from services.inference.guards.identity import claim, unclaimed
from services.inference.guards.loops import is_looping
from shared import secrets

#: Characters already sent that a decision about the next ones looks back on.
LOOK_BACK = 400


class OutputGuard:
    """Passes a reply through as it is written, holding back only what may still turn out to be part of a secret or of
    a claim: the last word, mostly.

    Secrets leave masked. A loop, or a claim to be human, ends the reply, the latter with the disclosure.

    Attributes:
        hit: the name of the first guard that acted: ``masked``, ``repetition`` or ``human_claim``.
        stopped: the reply is over, whatever the model still wants to say.
        said: everything that was let through.
    """

    def __init__(self, disclosure: str) -> None:
        self._disclosure = disclosure
        self._held = ""
        self._seen = ""
        self.hit: str | None = None
        self.stopped = False
        self.said = ""

    def feed(self, text: str) -> str:
        """Take what the model wrote, give what may be sent."""
        if self.stopped:
            return ""
        self._held += text
        window = self._seen + self._held
        if is_looping(window):
            passed = self._pass(len(self._held))
            self._stop("repetition")
            return passed
        return self._pass(min(secrets.settled(window), unclaimed(window)) - len(self._seen))

    def end(self) -> str:
        """What was held back; the model has nothing to add."""
        return "" if self.stopped else self._pass(len(self._held))

    def _pass(self, length: int) -> str:
        if length <= 0:
            return ""
        back = len(self._seen)
        window = self._seen + self._held[:length]
        passed = self._without_claim(self._masked(window, back), window, back)
        self._held = self._held[length:]
        self._seen = window[-LOOK_BACK:]
        self.said += passed
        return passed

    def _masked(self, window: str, back: int) -> str:
        found = [secret for secret in secrets.find(window) if secret.end > back]
        if found:
            self.hit = self.hit or "masked"
        text, at = "", back
        for secret in found:
            text += f"{window[at : secret.start]}<{secret.kind}>"
            at = secret.end
        return text + window[at:]

    def _without_claim(self, text: str, window: str, back: int) -> str:
        begins = claim(window)
        if begins is None:
            return text
        self._stop("human_claim")
        kept = window[back:begins].rstrip() if begins > back else ""
        return f"{secrets.mask(kept)}\n{self._disclosure}" if self.said or kept else self._disclosure

    def _stop(self, guard: str) -> None:
        self.hit, self.stopped, self._held = self.hit or guard, True, ""
