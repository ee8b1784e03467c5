"""The tree of errors. Each knows its HTTP status and says, in one line, what is wrong and what to do."""

from __future__ import annotations

import errno


class AnselmError(Exception):
    """Something went wrong that has no narrower kind. ``hint`` says what to do next."""

    status = 500
    code = "internal"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class Invalid(AnselmError):
    """The input is wrong; the message names the file, the field and the place."""

    status, code = 422, "invalid"


class PrivateText(Invalid):
    """Something private would have gone where it must not."""

    code = "private_text"


class Unauthorized(AnselmError):
    """The bearer token is missing or wrong."""

    status, code = 401, "unauthorized"


class ConsentMissing(AnselmError):
    """Nobody agreed to this use of their words."""

    status, code = 403, "consent_missing"


class NotFound(AnselmError):
    """There is nothing of that name."""

    status, code = 404, "not_found"


class Conflict(AnselmError):
    """The state of things does not allow it now."""

    status, code = 409, "conflict"


class GateRefused(Conflict):
    """The evaluation does not allow the promotion."""

    code = "gate_refused"


class TooLarge(AnselmError):
    """More was sent than is taken."""

    status, code = 413, "too_large"


class Blocked(AnselmError):
    """A guard refused the text."""

    status, code = 422, "blocked"


class TooManyRequests(AnselmError):
    """More was asked than can be done now; later it may be."""

    status, code = 429, "too_many_requests"


class Unavailable(AnselmError):
    """Something that this service stands on does not answer. Trying again later may help."""

    status, code = 503, "unavailable"


class StorageFull(AnselmError):
    """A disk is full. Nothing half-written is left."""

    status, code = 507, "storage_full"


def disk_is_full(error: BaseException) -> bool:
    """Whether a system call failed for want of room on the disk, or of what its user may have of it."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def _tree(cls: type[AnselmError]) -> dict[str, type[AnselmError]]:
    found = {cls.code: cls}
    for child in cls.__subclasses__():
        found |= _tree(child)
    return found


def from_code(code: str) -> type[AnselmError]:
    """The error class that a service named on the wire (``internal`` where it is not known)."""
    return _tree(AnselmError).get(code, AnselmError)
