"""`anselm chats list | relation`: the chats, and what the people in them are to the owner."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from cli.console import Json, document, say, table
from cli.services import call
from shared.contracts.ingest import Chat
from shared.system_prompt import READERS, Relation

app = typer.Typer()
chats = typer.Typer(no_args_is_help=True, help="Your chats, and who is in them.")
app.add_typer(chats, name="chats")


class Said(StrEnum):
    FRIEND = "friend"
    FAMILY = "family"
    PARTNER = "partner"
    WORK = "work"
    GROUP = "group"
    AUTO = "auto"

    @property
    def relation(self) -> Relation | None:
        return None if self is Said.AUTO else Relation(self.value)


@chats.command("list")
def list_(
    names: Annotated[bool, typer.Option(help="Show real names of chats beside their ids.")] = False,
    as_json: Json = False,
) -> None:
    """List the chats with what their people are to you, as the system prompt will tell."""
    known = call(lambda services, _: services.ingest.chats(names=names))
    if as_json:
        document(known)
        return
    rows = [(c.id, c.name or "", c.type, f"{c.messages:,}", len(c.people), _relation(c)) for c in known]
    columns = ("chat", "name", "type", "messages", "people", "relation")
    table("", columns, rows, empty="None yet. Import an export with: anselm import result.json")


@chats.command()
def relation(
    chat: Annotated[int, typer.Argument(help="Id of the chat.")],
    relation: Annotated[Said, typer.Argument(help="What they are to you; auto: what the name and type tell.")],
    as_json: Json = False,
) -> None:
    """Say what the people of a chat are to you. The next dataset's prompts tell it."""
    changed = call(lambda services, _: services.ingest.relate(chat, relation.relation))
    if as_json:
        document(changed)
    else:
        say(f"In chat {chat} you write with {READERS[changed.relation]}. It shows in the next dataset.")


def _relation(chat: Chat) -> str:
    return chat.relation if chat.relation_set else f"{chat.relation} (auto)"
