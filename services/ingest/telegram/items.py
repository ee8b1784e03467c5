"""What every reader of a history gives, in the order in which it is met; each chat stands before its messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """Whose history it is. ``logged_in``: it was read as this account, so that nothing has to be reasoned about."""

    user_id: int
    first_name: str = ""
    last_name: str = ""
    username: str = ""
    logged_in: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """An entry of the owner's address book: names that may appear in texts."""

    user_id: int
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True, slots=True)
class ExportedChat:
    id: int
    type: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class RawMessages:
    """Some messages of a chat, in the shape of Telegram Desktop's JSON whatever they were read from; not validated."""

    chat: int
    values: Sequence[object]


Item = Account | Contact | ExportedChat | RawMessages


class Reader(Protocol):
    """Iterating raises ``Invalid`` where the source cannot be read to its end.

    Attributes:
        tells_less: of a message than other sources do, so that only another text changes what is stored of it.
    """

    @property
    def tells_less(self) -> bool: ...

    @property
    def position(self) -> int:
        """Bytes read so far, of those that the file has."""

    def __iter__(self) -> Iterator[Item]: ...
