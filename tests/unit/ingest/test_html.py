from __future__ import annotations

import io
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.telegram.html.export import HtmlExport
from services.ingest.telegram.html.pages import LARGEST_PAGE
from services.ingest.telegram.items import Account, Contact, ExportedChat, Item, RawMessages
from services.ingest.telegram.marks import MARKED
from services.ingest.telegram.message import Message, Refused, Service, parse_message
from services.ingest.telegram.naming import BEYOND, Directory, number_of
from services.ingest.telegram.reader import ExportReader
from shared.errors import Invalid
from tests.unit.ingest.html_export import account_pages, block, page, pages_of


@dataclass
class Folder:
    """Pages in memory."""

    files: Mapping[str, str | bytes]
    name: str = "ChatExport.zip"
    asked: list[str] = field(default_factory=list)

    @property
    def names(self) -> Collection[str]:
        return self.files.keys()

    def read(self, path: str) -> bytes:
        self.asked.append(path)
        data = self.files[path]
        return data.encode() if isinstance(data, str) else data


def html(files: Mapping[str, str | bytes], directory: Directory | None = None) -> list[Item]:
    return list(HtmlExport(Folder(files), directory or Directory()))


def parsed(items: list[Item]) -> list[Message | Service | str]:
    found: list[Message | Service | str] = []
    for item in items:
        for raw in item.values if isinstance(item, RawMessages) else ():
            try:
                found.append(parse_message(item.chat, raw))  # type: ignore[union-attr]
            except Refused as refused:
                found.append(refused.reason)
    return found


def message(number: int, sender: str = "Mira Okafor", text: Any = "hello", **more: Any) -> dict[str, Any]:
    at = str(1_700_000_000 + 60 * number)
    peers = {"Ada Byron": "user1", "Mira Okafor": "user7", "Boris": "user8"}
    return {
        "id": number,
        "type": "message",
        "date_unixtime": at,
        "from": sender,
        "from_id": peers[sender],
        "text": text,
        **more,
    }


def chat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Mira Okafor", "type": "personal_chat", "id": 7, "messages": list(messages), **more}


KNOWN = Directory.of(
    [("Ada Byron", "user1"), ("Mira Okafor", "user7"), ("Boris", "user8")],
    [ExportedChat(50, "private_supergroup", "Hiking <3")],
)

letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"])
controls = st.sampled_from("\n\t\x0b\x1b")
written = st.text(st.one_of(letters, controls)).map(str.strip)
line = st.text(letters, min_size=1).map(str.strip).filter(bool)
entity = st.builds(
    lambda kind, text: {"type": kind, "text": text},
    st.sampled_from(["bold", "italic", "code", "pre", "link", "mention", "hashtag", "blockquote", "spoiler", "phone"]),
    line,
)
texts = written | st.builds(lambda parts: ["(", *parts, ")"], st.lists(st.one_of(line, entity), max_size=3))
seconds = st.integers(1, 20_000)
file = st.just("files/a_1.bin") | st.just("(File not included. Change data exporting settings to download.)")
media = st.one_of(
    st.just({}),
    st.builds(
        lambda kind, file, length: {"media_type": kind, "file": file, "duration_seconds": length},
        st.sampled_from(["voice_message", "video_message", "video_file", "animation", "audio_file"]),
        file,
        seconds,
    ),
    st.just({"media_type": "sticker", "file": "stickers/s.tgs", "sticker_emoji": "😀"}),
    st.just({"media_type": "audio_file", "file": "a.mp3", "performer": "Nina", "title": "Sun", "duration_seconds": 9}),
    st.just({"photo": "photos/photo_1.jpg", "width": 640, "height": 480}),
    st.builds(lambda name: {"file": "files/b.pdf", "file_name": name}, line.filter(lambda name: name != "File")),
    st.just({"contact_information": {"first_name": "Zoë"}}),
    st.just({"location_information": {"latitude": 52.37, "longitude": 4.89}}),
    st.just({"place_name": "Bar"}),
    st.just({"game_title": "2048"}),
    st.builds(
        lambda question, closed, votes: {
            "poll": {
                "question": question,
                "closed": closed,
                "total_voters": sum(votes),
                "answers": [{"text": f"- {n}", "voters": n, "chosen": n == 2} for n in votes],
            }
        },
        line,
        st.booleans(),
        st.lists(st.integers(0, 12), max_size=3),
    ),
)
extras = st.fixed_dictionaries(
    {},
    optional={
        "reply_to_message_id": st.integers(1, 2**31),
        "forwarded_from": st.sampled_from(["Boris", "Some Channel"]),
        "via_bot": st.just("@gif"),
        "author": line,
        "reactions": st.lists(
            st.builds(lambda n: {"type": "emoji", "count": n, "emoji": "❤"}, st.integers(1, 9)), min_size=1, max_size=2
        ),
    },
)
events = st.sampled_from(
    [
        {"type": "service", "action": "topic_created", "title": "Books & more"},
        {"type": "service"},
        {"type": "service", "action": "phone_call", "duration_seconds": 12, "actor": "Ada Byron"},
    ]
)


@st.composite
def chats(draw: st.DrawFn, own: bool = False) -> dict[str, Any]:
    found, at = [], 1_600_000_000
    for number in range(1, draw(st.integers(1, 7)) + 1):
        at += draw(st.sampled_from([0, 1, 60, 899, 901, 100_000]))
        if draw(st.integers(0, 5)) == 0:
            raw = {"id": number, **draw(events)}
        else:
            raw = message(number, draw(st.sampled_from(["Ada Byron", "Mira Okafor"])), draw(texts))
            raw |= draw(media) | draw(extras)
        found.append(raw | {"date_unixtime": str(at)})
    group = {"id": 50, "name": "Hiking <3", "type": "private_supergroup"}
    return chat(*found, **(group if draw(st.booleans()) else {}))


def of_json(export: dict[str, Any]) -> list[Message | Service | str]:
    """Without what was marked in texts: an HTML export does not say."""
    items = parsed(list(ExportReader(io.BytesIO(json.dumps(export).encode()), "result.json")))
    return [_unmarked(one) if isinstance(one, Message) else one for one in items]


def _unmarked(message: Message) -> Message:
    details = {what: value for what, value in (message.details or {}).items() if what != MARKED}
    return message._replace(details=details or None)


@given(chats(), st.integers(1, 8), st.sampled_from([-9, -1, 0, 1, 12]))
def test_the_html_of_a_chat_is_the_same_messages_as_its_json(export: dict[str, Any], size: int, hours: int) -> None:
    assert parsed(html(pages_of(export, size, hours), KNOWN)) == of_json(export)


@given(st.lists(chats(), min_size=1, max_size=2, unique_by=lambda one: one["id"]))
def test_the_html_of_an_account_is_the_same_messages_as_its_json(found: list[dict[str, Any]]) -> None:
    owner = {"user_id": 1, "first_name": "Ada", "last_name": "Byron", "username": "@ada"}
    contacts = {"list": [{"user_id": 7, "first_name": "Mira", "last_name": "Okafor"}]}
    saved = {"type": "saved_messages", "id": 1, "messages": [message(90, "Ada Byron", "milk")]}
    export = {"personal_information": owner, "contacts": contacts, "chats": {"list": [saved, *found]}}
    directory = Directory.of([("Ada Byron", "user1")], [ExportedChat(50, "private_supergroup", "Hiking <3")])
    assert parsed(html(account_pages(export, 3), directory)) == of_json(export)


def test_an_account_is_read_in_order() -> None:
    owner = {"user_id": 1, "first_name": "Ada", "last_name": "Byron", "username": "@ada"}
    contacts = {"list": [{"user_id": 7, "first_name": "Mira", "last_name": "Okafor"}]}
    saved = {"type": "saved_messages", "id": 1, "messages": [message(90, "Ada Byron", "milk"), message(91, "Boris")]}
    channel = chat(message(5, "Boris", "news"), name="Boris", type="private_channel")
    export = {
        "personal_information": owner,
        "contacts": contacts,
        "chats": {"list": [saved, chat(message(1)), channel]},
    }
    folder = Folder({f"DataExport/{path}": text for path, text in account_pages(export).items()})
    items = list(reader := HtmlExport(folder))
    ada, news = number_of("Ada Byron"), number_of("chat", "Boris")
    assert [item for item in items if not isinstance(item, RawMessages)] == [
        Contact(7, "Mira", "Okafor"),
        Account(ada, "Ada", "Byron", "@ada"),
        ExportedChat(ada, "saved_messages"),
        ExportedChat(7, "personal_chat", "Mira Okafor"),
        ExportedChat(news, "private_channel", "Boris"),
    ]
    kept = parsed(items)
    assert [(m.sender, m.forwarded) for m in kept if isinstance(m, Message)] == [
        (f"user{ada}", False),
        (f"user{ada}", True),
        ("user7", False),
        (f"channel{news}", False),
    ]
    assert reader.position == sum(len(text.encode()) for text in folder.files.values())  # type: ignore[union-attr]
    assert len(folder.asked) == len(set(folder.asked))


def test_a_name_that_nobody_is_known_by_has_a_number_of_its_own() -> None:
    first, second = html(pages_of(chat(message(1), message(2, "Ada Byron"))))
    assert isinstance(first, ExportedChat)
    assert isinstance(second, RawMessages)
    assert (first.type, first.id) == ("personal_chat", number_of("Mira Okafor"))
    assert [raw["from_id"] for raw in second.values] == [f"user{first.id}", f"user{number_of('Ada Byron')}"]  # type: ignore[index]
    assert BEYOND <= first.id < 2 * BEYOND
    two = Directory.of([("Mira Okafor", "user7"), ("Mira Okafor", "user70")])
    assert html(pages_of(chat(message(1))), two)[0] == first, "a name of two people stands for neither"


def test_chats_of_one_name_are_told_apart_by_their_first_message() -> None:
    owner = {"user_id": 1, "first_name": "Ada", "last_name": "", "username": ""}
    family = [chat(message(n), type="private_group", name="Family", id=n) for n in (3, 4)]
    export = {"personal_information": owner, "chats": {"list": family}}
    ids = [item.id for item in html(account_pages(export)) if isinstance(item, ExportedChat)]
    assert len(set(ids)) == 2
    export["chats"]["list"] = family[::-1]  # type: ignore[index]
    assert [i.id for i in html(account_pages(export)) if isinstance(i, ExportedChat)] == ids[::-1]


def test_deleted_accounts_are_not_one_person() -> None:
    gone = {**message(1), "from": None, "from_id": "user9"}
    senders = set()
    for name in ("Hiking", "Cooking"):
        items = html(pages_of(chat(gone, message(2), message(3, "Boris"), name=name, type="private_group")))
        senders |= {m.sender for m in parsed(items) if isinstance(m, Message)}
        assert items[1].values[0]["from"] is None  # type: ignore[union-attr]
    assert len(senders) == 4, "two known by name in both, and one deleted account in each"


def test_older_and_other_forms_are_read() -> None:
    body = (
        block("pull_right date details", "13:45", title="22.11.2020 13:45:01")
        + block("from_name", "Mira via @gif ")
        + block("reply_to details", "In reply to a message in another chat")
        + block("media_wrap clearfix", '<a class="photo_wrap clearfix pull_left" href="photos/p.jpg"><img/></a>')
        + block("text", "one<br>two \x0b&#x0B;&lt;3")
        + '<span class="reactions"><span class="reaction paid"><span class="emoji">⭐</span>'
        '<span class="count">4</span></span></span>'
    )
    odd = block("message default clearfix", block("body", ""), id="message9")
    note = block(
        "message service",
        block("body details", "This message is not supported by this version of Telegram Desktop."),
        id="message8",
    )
    text = page(
        "Mira", block("history", block("message default clearfix", block("body", body), id="message7") + note + odd)
    )
    items = html({"messages.html": text})
    first, unsupported, empty = parsed(items)
    assert isinstance(first, Message)
    assert (first.at, first.text, first.media, first.via_bot, first.reply_to) == (
        1606052701,
        "one\ntwo \x0b\x0b<3",
        "photo",
        True,
        None,
    )
    assert first.details == {"photo": "photos/p.jpg", "via_bot": "@gif", "reactions": [{"type": "paid", "count": 4}]}
    assert (unsupported, empty) == ("type_unsupported", "text_empty")
    assert parsed(html(pages_of(chat(message(1)), hours=None)))[0].at == 1_700_000_060  # type: ignore[union-attr]


BROKEN = {
    "another page": (page("Exported Data", block("personal_info", "")), "none with messages"),
    "no page": ("<html><body>hello</body></html>", "no page of an export"),
    "empty": ("<html></html>", "no page of an export"),
    "cut short": (pages_of(chat(message(1)))["messages.html"][:-20], "cut short"),
    "no first page": (pages_of(chat(message(1), message(2)), 1)["messages2.html"], "a page before it"),
    "no next page": (pages_of(chat(message(1), message(2)), 1)["messages.html"], r"goes on in messages2\.html"),
    "large": (" " * (LARGEST_PAGE + 1), "larger than"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_page_is_one_clear_line(name: str) -> None:
    content, said = BROKEN[name]
    with pytest.raises(Invalid, match=said) as caught:
        html({"messages.html": content})
    assert "ChatExport.zip" in str(caught.value)
    assert "\n" not in str(caught.value)


SAMPLE = pages_of(
    chat(message(1, text=["see ", {"type": "link", "text": "https://example.org"}], reply_to_message_id=3), message(2))
)["messages.html"].encode()


def read_or_refuse(data: bytes) -> str:
    """What is said when it is refused."""
    try:
        parsed(html({"messages.html": data}))
    except Invalid as error:
        return str(error)
    return ""


@given(st.lists(st.tuples(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255)), max_size=8), st.integers(0, 40))
def test_a_damaged_page_is_read_or_refused(flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(SAMPLE)
    for place, value in flips:
        data[place] = value
    refusal = read_or_refuse(bytes(data[: len(data) - cut * (cut % 3)]))
    assert "\n" not in refusal


@given(st.binary(), st.text(st.sampled_from('<>/div class="message body text"id=0123 ')))
def test_anything_at_all_is_read_or_refused(noise: bytes, markup: str) -> None:
    for inner in (noise, markup.encode()):
        data = b'<html><div class="page_header"><div class="history">' + inner + b"</div></div></html>"
        assert "\n" not in read_or_refuse(data)
