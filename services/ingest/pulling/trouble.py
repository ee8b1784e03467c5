"""Telegram's errors as ours: what is wrong, and what to do."""

from __future__ import annotations

from telethon import errors

from shared.errors import AnselmError, Conflict, Invalid, TooManyRequests, Unavailable

#: What a call to Telegram may raise. A lost connection is an ``EOFError`` where an answer was being read.
TROUBLE = (
    errors.RPCError, errors.AuthKeyNotFound, errors.SecurityError, errors.TypeNotFoundError,
    errors.InvalidBufferError, OSError, EOFError,
)  # fmt: skip

API_HINT = 'Copy both from my.telegram.org, "API development tools".'
AGAIN = "Log in again: anselm login"
GONE = (errors.UnauthorizedError, errors.AuthKeyDuplicatedError, errors.AuthKeyNotFound)

KNOWN: tuple[tuple[tuple[type[Exception], ...], type[AnselmError], str, str], ...] = (
    ((errors.ApiIdInvalidError, errors.ConnectionApiIdInvalidError, errors.ApiIdPublishedFloodError),
     Invalid, "Telegram does not know TG_API_ID with TG_API_HASH.", API_HINT),
    ((errors.PhoneNumberInvalidError,),
     Invalid, "Telegram does not know this phone number.", "Write it with its country code: +49 151 ..."),
    ((errors.PhoneNumberUnoccupiedError,),
     Invalid, "This phone number has no Telegram account.", "Use the number of your account."),
    ((errors.PhoneNumberBannedError,), Conflict, "Telegram has banned this phone number.", "Write to Telegram."),
    ((errors.PhoneCodeInvalidError, errors.PhoneCodeEmptyError),
     Invalid, "The code is wrong.", "It came as a message in your Telegram app."),
    ((errors.PhoneCodeExpiredError,), Conflict, "The code is too old.", "Begin again: anselm login"),
    ((errors.PasswordHashInvalidError,),
     Invalid, "The password is wrong.", "It is that of two-step verification, in Telegram's privacy settings."),
    ((errors.PhoneNumberFloodError, errors.PhonePasswordFloodError),
     TooManyRequests, "Telegram has seen too many logins of this number.", "Wait a day, or log in with --qr."),
    (GONE, Conflict, "Telegram has ended this login.", AGAIN),
    ((errors.ChannelPrivateError, errors.ChannelInvalidError, errors.ChatIdInvalidError, errors.PeerIdInvalidError,
      errors.ForbiddenError),
     Conflict, "Telegram does not let this account read one of the chats any more.", "Choose again: anselm pull"),
    ((errors.TypeNotFoundError,),
     AnselmError, "Telegram answered in a newer form than is known here.", "Update Anselm AI."),
)  # fmt: skip


def translate(error: Exception) -> AnselmError:
    """The error of the tree; it repeats nothing that Telegram sent but a number of seconds."""
    if isinstance(error, errors.FloodError):
        return TooManyRequests("Telegram asks for a pause.", hint=f"Try again in {_seconds(error)} s.")
    for kinds, ours, message, hint in KNOWN:
        if isinstance(error, kinds):
            return ours(message, hint=hint)
    if isinstance(error, errors.RPCError) and not isinstance(error, (errors.ServerError, errors.TimedOutError)):
        return AnselmError(f"Telegram refused a request ({type(error).__name__}).")
    return Unavailable("Telegram does not answer.", hint="Check the network, then try again.")


def _seconds(error: Exception) -> int:
    return int(getattr(error, "seconds", 0)) or 60
