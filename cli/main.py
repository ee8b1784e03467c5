"""`anselm`: the owner's command line. One module a group of commands in ``cli/commands``, imported when it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated, Any

import click
import typer
from typer.core import TyperGroup

from cli.console import print_error
from shared.errors import AnselmError

#: Every command: the module that holds it, and what it does.
COMMANDS = {
    "demo": ("demo", "Run the whole loop once on the sample export."),
    "init": ("stack", "Make this installation's secrets."),
    "up": ("stack", "Start everything on this machine."),
    "down": ("stack", "Stop everything."),
    "status": ("status", "Show what runs, and what it lacks."),
    "migrate": ("stack", "Bring the database to the newest schema."),
    "import": ("imports", "Import an export of Telegram Desktop."),
    "imports": ("imports", "See what each import did: list, show."),
    "login": ("telegram", "Log in at Telegram, to pull chats from it."),
    "logout": ("telegram", "Log out at Telegram."),
    "pull": ("telegram", "Read chats from Telegram, and import them."),
    "consent": ("consent", "Say whose words may be used: request, grant, revoke, list."),
    "review": ("review", "See what was masked, before and after."),
    "lists": ("review", "Say what is always masked, and what never: show, add, remove, apply."),
    "chats": ("chats", "See your chats, and say who is in them: list, relation."),
    "dataset": ("dataset", "Make training examples: build, show, list."),
    "train": ("train", "Train an adapter and evaluate it."),
    "recipes": ("recipes", "List what a run can follow, or show what one followed."),
    "evaluate": ("registry", "Compare an adapter with the base model and the owner."),
    "merge": ("registry", "Merge an adapter into its base model."),
    "promote": ("registry", "Let an adapter speak for its persona."),
    "rollback": ("registry", "Let the adapter before this one speak again."),
    "adapters": ("adapters", "See the adapters, and free space: list, show, clean."),
    "publish": ("publish", "Pack an adapter for others, with a model card."),
    "runs": ("runs", "List the runs; stop one, let one go on, see its log: cancel, resume, log."),
    "index": ("index", "Index past exchanges, so that replies can use them."),
    "anchors": ("anchors", "Choose the replies that show your voice: list, find, pin, drop, unpin."),
    "chat": ("chat", "Talk with the persona."),
    "forget": ("forget", "Forget a person, with a receipt."),
    "export": ("export", "Write everything stored as a file of your own."),
    "tester-data": ("tester_data", "Write everything kept of a tester, to hand it out to them."),
    "audit": ("audit", "List who read raw text or names, and who changed what may be used."),
    "rotate-key": ("rotate_key", "Seal everything stored under a new key."),
    "watch": ("watch", "Follow a job that runs."),
}


class LazyGroup(TyperGroup):
    """Knows its commands by name, and imports the module of the one that is called: help must not wait for them all."""

    def __init__(self, **attributes: Any) -> None:
        commands = {name: click.Command(name, help=what) for name, (_, what) in COMMANDS.items()}
        super().__init__(**{**attributes, "commands": commands, "suggest_commands": False})

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, known, rest = super().resolve_command(ctx, args)
        return (name, load(name), rest) if name and known else (name, known, rest)


def load(name: str) -> click.Command:
    """The command of that name."""
    module = import_module(f"cli.commands.{COMMANDS[name][0]}").app
    # A module of one command is that command; an empty callback would make it a group as well.
    command = typer.main.get_command(module)
    return command.commands[name] if isinstance(command, click.Group) else command


app = typer.Typer(
    cls=LazyGroup,
    help="Your own Telegram history, turned into a persona that answers in your voice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def anselm(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    pass


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Returns:
        0 when it did what was asked; 1 when it was refused or failed, 2 when it was called wrongly, 130 after Ctrl-C.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json, debug = "--json" in arguments, "--debug" in arguments
    try:
        return app([a for a in arguments if a != "--debug"], prog_name="anselm", standalone_mode=False) or 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.exceptions.NoArgsIsHelpError:
        return 2
    except click.UsageError as error:
        where = f"Try: {error.ctx.command_path} --help" if error.ctx else None
        print_error(AnselmError(error.format_message(), hint=where), as_json=as_json)
        return 2
    except (KeyboardInterrupt, click.Abort):
        return 130
    except AnselmError as error:
        if debug:
            raise
        print_error(error, as_json=as_json)
        return 1
    except Exception as error:
        if debug:
            raise
        what = AnselmError(f"Unexpected {type(error).__name__}: {error}.", hint="Add --debug for the traceback.")
        print_error(what, as_json=as_json)
        return 1


def entry() -> None:
    sys.exit(main())


if __name__ == "__main__":
    entry()
