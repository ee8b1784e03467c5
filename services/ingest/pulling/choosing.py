"""Which chats are meant: by kind, by name, or those that were pulled before."""

from __future__ import annotations

from collections.abc import Container, Sequence

from services.ingest.pulling.dialogs import Dialog
from shared.contracts.telegram import PullRequest
from shared.errors import Invalid, NotFound

GROUPS = ("private_group", "private_supergroup", "public_supergroup")
LISTED = 10


def choose(dialogs: Sequence[Dialog], request: PullRequest, pulled: Container[int]) -> list[Dialog]:
    """The chats of a request, each once, in the order of the dialogs.

    Args:
        pulled: ids of the chats that were pulled before.

    Raises:
        Invalid: a name fits several chats, or nothing was chosen.
        NotFound: a name fits none.
    """
    groups = [dialog for dialog in dialogs if dialog.type in GROUPS]
    wanted = {find(name, dialogs).id for name in request.chats} | {find(name, groups).id for name in request.groups}
    chosen = [
        dialog
        for dialog in dialogs
        if dialog.id in wanted
        or (request.dms and dialog.type == "personal_chat")
        or (request.again and dialog.id in pulled)
    ]
    if not chosen:
        raise Invalid("No chat was chosen.", hint="Name some: anselm pull --dms, --chat NAME or --group NAME.")
    return chosen


def find(name: str, among: Sequence[Dialog]) -> Dialog:
    """By id, exact name, name in any case, or the beginning that only one name has: the first of these that fits.

    Raises:
        Invalid: several fit equally well; the hint lists them.
        NotFound: none does.
    """
    folded, named = name.casefold(), [dialog for dialog in among if name and dialog.called]
    for fits in (
        [dialog for dialog in among if name == str(dialog.id)],
        [dialog for dialog in named if name == dialog.called],
        [dialog for dialog in named if folded == dialog.called.casefold()],
        [dialog for dialog in named if dialog.called.casefold().startswith(folded)],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            listed = ", ".join(f"{dialog.called} ({dialog.type}, {dialog.id})" for dialog in fits[:LISTED])
            raise Invalid(f"{name!r} fits {len(fits)} chats.", hint=f"Use the id of one: {listed}.")
    raise NotFound(f"There is no chat {name!r} to pull.", hint="See them all with: anselm pull")
