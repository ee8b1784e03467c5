"""Every line that the bot says in its own name. Plain text: no markup that a name could break."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from shared.contracts.base import Removed
from shared.errors import AnselmError, Blocked, NotFound, TooManyRequests, Unavailable

COMMANDS = {
    "start": "Who you are talking to",
    "help": "What I can do",
    "privacy": "What is stored, and where",
    "mydata": "Send you what is stored of you",
    "forget": "Remove everything about you",
}

APOLOGY = "Sorry, something went wrong on my side. Please try again."
SPEECHLESS = "I have no answer to that. Try to say it differently."
SLOW_DOWN = "That was a lot at once. Give me a minute, then I am all ears again."
ONLY_TEXT = "I can only read text. Tell me in words?"
UNKNOWN_COMMAND = "I do not know that command. /help lists those that I know."
NOT_KEPT = "This reply can no longer be rated."
THANKS = "Noted, thank you!"
DATA = "This is everything that is kept of you. It is plain JSON: any text editor shows it."
DATA_FILE = "my-data.json"
DATA_IN_PRIVATE = "What is kept of you is for your eyes. Send me /mydata in our private chat."
DATA_NOT_NOW = "I cannot reach everything that is kept of you just now. Please try again in a few minutes."
FORGET_QUESTION = "Remove our conversation, and every rating and rewrite of yours, for good?"
FORGET_KEPT = "All right, nothing was removed."
FORGET_LATER = "I cannot do that right now, something that I need is down. Nothing was removed: please ask again soon."
FORGET_OTHERS = "Only the one who asked can answer this."
REWRITE_USAGE = "Reply to one of my messages with: /rewrite how you would have said it"
REWRITE_OWNER_ONLY = "Only the owner can rewrite my replies."
REWRITTEN = "Thank you, that is how I will try to say it."


def disclosure(owner: str) -> str:
    return (
        f"Before we start: I am an AI persona of {owner}, a language model that imitates how {owner} writes. "
        f"You are not talking to {owner}, and what I say may be wrong or made up."
    )


def start(owner: str) -> str:
    return (
        f"Hello! {disclosure(owner)}\n\n"
        "So that I can follow our conversation it is stored, on the owner's own hardware. If you rate a reply, you "
        "agree that it and the messages before it are used to train this persona. /privacy has the details; /forget "
        "removes everything about you.\n\nJust write to me."
    )


def help_(owner: str) -> str:
    commands = "\n".join(f"/{name}: {what}" for name, what in COMMANDS.items())
    return (
        f"I am an AI persona of {owner}. Write to me as you would to {owner}. The buttons under a reply, or a 👍 or "
        f"👎, tell me how close it came.\n\n{commands}"
    )


def privacy(owner: str, copies: timedelta, turns: timedelta, ratings: timedelta) -> str:
    """
    Args:
        copies: how long replies can be rated.
        turns: how long the conversation is kept.
        ratings: how long ratings are kept; for both, zero is until they are removed.
    """
    return (
        f"Privacy\n\n{owner} runs this bot on hardware of their own and is responsible for it. Nothing is sold, and "
        "nothing goes to anyone but Telegram, which carries our messages.\n\n"
        "Stored: your Telegram user id as a pseudonym, your messages to me and my replies, so that I can follow the "
        "conversation; and your ratings, each with the reply and the messages before it. Not stored: your name, "
        "phone number, photo, or anything that you send besides text.\n\n"
        f"For how long: our conversation {_for(turns)}, your ratings {_for(ratings)}, a copy of each reply, so that "
        f"you can rate it, {_for(copies)}.\n\n"
        "Used: to answer you, and, only for what you rate, to train this persona. A message that you do not rate is "
        "never trained on.\n\n/mydata sends you everything that is kept of you. "
        f"/forget removes everything at once and tells you what it was. Questions: ask {owner}."
    )


def receipt(removed: Sequence[Removed], waiting: Sequence[str] = ()) -> str:
    """What forgetting removed, where; and what follows by itself."""
    lines = [f"• {line.count} {line.what} ({line.service})" for line in removed if line.count]
    listed = "Removed:\n" + "\n".join(lines) if lines else "There was nothing to remove."
    if waiting:
        return f"Under way: {', '.join(waiting)} will follow by itself, without another word from you.\n\n{listed}"
    return f"Done. {listed}"


def _for(kept: timedelta) -> str:
    return f"for {kept.days} days" if kept else "until you remove it"


def trouble(error: AnselmError) -> str:
    """What a tester is told when no reply can be had; the log has the rest."""
    match error:
        case NotFound():
            return "I am not ready to talk yet: my training is not finished. Please come back later."
        case TooManyRequests():
            return "So many want to talk to me just now that I cannot keep up. Please try again in a minute."
        case Unavailable():
            return "I cannot think right now, something that I need is down. Please try again in a few minutes."
        case Blocked():
            return "I would rather not talk about that."
        case _:
            return APOLOGY
