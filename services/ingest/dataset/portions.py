"""One chat's messages -> its examples in a file, their lineage in another, and what is kept in mind of them.

Pure but for the two files, so that any process may do it: the whole of a chat's work is done where its messages are,
and no more than a chat or two are in memory.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from sys import intern

from services.ingest.cleaning.cleaner import Cleaner
from services.ingest.dataset.addressing import Named, naming
from services.ingest.dataset.examples import Room, Style, Window, turns_of, windows, write_example
from services.ingest.dataset.exchanges import Exchange, Tally, find_exchanges
from services.ingest.dataset.facts import Facts, facts_of
from services.ingest.dataset.lengths import ruler
from services.ingest.dataset.second_line import SecondLine, cleaning_of_joined
from services.ingest.dataset.splits import Thread
from services.ingest.dataset.threads import threads
from services.ingest.repository.consented import ReadMessage
from shared.contracts.ingest import DatasetRequest, Example
from shared.contracts.privacy import Offender
from shared.system_prompt import Register, Relation, fill

#: Offenders that are told one by one.
LISTED = 200
EXAMPLES, LINEAGE = ".jsonl", ".lineage"


@dataclass(frozen=True)
class ChatWork:
    """
    Attributes:
        former: side of the replies that had one before, by their first message.
    """

    chat: int
    kind: str
    relation: Relation
    messages: Sequence[ReadMessage]
    former: Mapping[int, str]


@dataclass
class Portion:
    """What one chat gave. ``replies``: of each thread, the first message of each reply; ``offenders``: the first;
    ``prompts``: the system prompts of its examples."""

    chat: int
    facts: list[Facts] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    replies: list[list[int]] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    own: int = 0
    offenders: list[Offender] = field(default_factory=list)
    offending: int = 0
    shared: set[tuple[int, int]] = field(default_factory=set)
    prompts: set[str] = field(default_factory=set)


@dataclass
class PortionWriter:
    """
    Args:
        owner: person id; ``owner_name``: what others call the owner.
        pseudonyms: person id -> pseudonym.
        tokenizer: file of the base model's; none: lengths are estimated.
        folder: where the files go, named by the chat.
    """

    request: DatasetRequest
    system_prompt: str
    owner: int
    owner_name: str
    pseudonyms: Mapping[int, str]
    cleaner: Cleaner
    tokenizer: Path | None
    folder: Path

    @cached_property
    def _second_line(self) -> SecondLine:
        return SecondLine(self.cleaner)

    @cached_property
    def _joined(self) -> Callable[[str], str]:
        return cleaning_of_joined(self.cleaner.lists)

    @cached_property
    def _named(self) -> Named:
        people = {pseudonym: person for person, pseudonym in self.pseudonyms.items()}
        return naming(people, self.owner, self.owner_name)

    @cached_property
    def room(self) -> Room:
        return Room(self.request.window, self.request.tokens, ruler(self.tokenizer))

    def encode(self, work: ChatWork) -> Portion:
        portion = Portion(work.chat, own=sum(message.sender == self.owner for message in work.messages))
        group = work.kind != "personal_chat"
        plain = Style(self.system_prompt, group, self.pseudonyms, self._joined)
        styles: dict[str, Style] = {}
        clean: dict[int, bool] = {}
        place = self.folder / str(work.chat)
        with place.with_suffix(EXAMPLES).open("wb") as lines, place.with_suffix(LINEAGE).open("wb") as lineage:
            for window, facts in self._windows(work, portion):
                if window.language not in styles:
                    styles[window.language] = self._filled(plain, work.relation, window.language)
                style = styles[window.language]
                example = write_example(window, style)
                lines.write(example.model_dump_json().encode() + b"\n")
                lineage.write(_lineage(window, example))
                portion.facts.append(facts)
                self._look_again(window, example, style, clean, portion)
        portion.prompts = {style.system_prompt for style in styles.values()}
        return portion

    def _filled(self, style: Style, relation: Relation, language: str) -> Style:
        """The same with the system prompt of a register; what was written is shared."""
        return replace(style, system_prompt=fill(self.system_prompt, Register(relation, language)))

    def _windows(self, work: ChatWork, portion: Portion) -> Iterator[tuple[Window, Facts]]:
        seen = dict[int, int]()
        gap = timedelta(seconds=self.request.session_gap_s) if self.request.session_gap_s else None
        named = None if work.kind == "personal_chat" else self._named
        exchanges = find_exchanges(work.messages, self.owner, gap, portion.tally, named)
        for number, thread in enumerate(threads(exchanges)):
            found = list(windows(work.chat, thread, self.room, portion.tally))
            replies = [exchange.reply[0].id for exchange in thread]
            former = Counter(work.former[reply] for reply in replies if reply in work.former)
            portion.threads.append(Thread(work.chat, number, len(found), former))
            portion.replies.append(replies)
            portion.shared |= _shared(thread, number, seen)
            for window in found:
                register = f"{work.relation} {window.language}"
                former_side = work.former.get(window.exchange.reply[0].id)
                yield window, _interned(facts_of(window, number, register, former_side))

    def _look_again(
        self, window: Window, example: Example, style: Style, clean: dict[int, bool], portion: Portion
    ) -> None:
        """``clean``: what is known of exchanges, by the reply's first message."""
        for exchange in (*window.context, window.exchange):
            if exchange.reply[0].id not in clean:
                clean[exchange.reply[0].id] = self._second_line.is_clean(exchange, turns_of(exchange, style))
        if all(clean[exchange.reply[0].id] for exchange in (*window.context, window.exchange)):
            return
        if offender := self._second_line.of_example(window, example):
            portion.offending += 1
            portion.offenders += [offender] if len(portion.offenders) < LISTED else []


def _shared(thread: Sequence[Exchange], number: int, seen: dict[int, int]) -> set[tuple[int, int]]:
    """Pairs of threads that have a message in common."""
    found = set()
    for exchange in thread:
        for message in exchange.messages:
            other = seen.setdefault(message.id, number)
            if other != number:
                found.add((other, number))
    return found


def _interned(facts: Facts) -> Facts:
    return facts._replace(language=intern(facts.language), month=intern(facts.month), register=intern(facts.register))


def _lineage(window: Window, example: Example) -> bytes:
    """A row in PostgreSQL's text format of COPY, but for the dataset and the side, which come last.

    The digest is of the turns, but for the system prompt, which is a setting.
    """
    messages = window.messages
    numbers = ",".join([str(message.id) for message in messages])
    people = ",".join(map(str, sorted({message.sender for message in messages})))
    turns = "\0".join([turn.content for turn in example.messages if turn.role != "system"])
    digest = hashlib.blake2b(turns.encode(), digest_size=8).hexdigest()
    return f"{window.id}\t{window.chat}\t{{{numbers}}}\t{{{people}}}\t\\\\x{digest}\t".encode() + b"\n"
