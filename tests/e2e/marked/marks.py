"""Words that exist nowhere else, put where people put theirs, and an export that holds them."""

from __future__ import annotations

from typing import Any

OWNER_ID, CONTACT_ID, TESTER_ID = 7700112201, 7700112202, 4711008155

#: What it is -> the word. No log, metric, key or value of Redis may ever hold one.
MARKS = {
    "message of the owner": "zephyrmark",
    "message of a contact": "quillmark",
    "name of a contact": "Quxandra",
    "surname of a contact": "Vellmarr",
    "username of a contact": "quxandra_velle",
    "title of a chat": "Nimbusgarten",
    "evidence of a consent": "handshakemark",
    "name of an export": "chat_with_quxandra_export",
    "broken export": "fracturemark",
    "display name of a tester": "Ottoline",
    "message of a tester": "orchardmark",
    "what is said over the limit": "floodmark",
    "reply of the persona": "lanternmark",
    "rewrite of the owner": "saffronmark",
    "query": "beaconmark",
    "body that is refused": "wrongbodymark",
    "path that is refused": "wrongpathmark",
    "turn that is refused": "wrongturnmark",
    "API key in a message": "sk-zq9XmarkT3BlbkFJ0123456789abcdefghij",
    "service token": "service-token-mark-5f2c9a",
    "bot token": "1234567890:AAF-mark-token-of-no-real-bot-0000",
    "Telegram id of a contact": str(CONTACT_ID),
    "Telegram id of a tester": str(TESTER_ID),
}

EXCHANGES = 60


def export() -> dict[str, Any]:
    """An account with one private chat and one group; every message is marked."""
    private = {"name": f"{MARKS['name of a contact']} {MARKS['surname of a contact']}", "type": "personal_chat"}
    group = {"name": MARKS["title of a chat"], "type": "private_group"}
    owner = {"user_id": OWNER_ID, "first_name": "Ada", "last_name": "Byron", "username": "@adabyron"}
    contact = {
        "user_id": CONTACT_ID,
        "first_name": MARKS["name of a contact"],
        "last_name": MARKS["surname of a contact"],
        "phone_number": "+49 30 901820",
        "date": "2024-01-01T00:00:00",
    }
    return {
        "about": "",
        "personal_information": owner,
        "contacts": {"about": "", "list": [contact]},
        "chats": {
            "about": "",
            "list": [
                {**private, "id": CONTACT_ID, "messages": list(_messages())},
                {**group, "id": 99, "messages": list(_messages())},
            ],
        },
    }


def _messages() -> Any:
    for number in range(EXCHANGES):
        day = 1_700_000_000 + number * 86_400
        asked = f"{MARKS['message of a contact']} number {number}, what do you say? @{MARKS['username of a contact']}"
        yield _message(2 * number + 1, CONTACT_ID, asked, day)
        yield _message(2 * number + 2, OWNER_ID, f"{MARKS['message of the owner']} says {number} times aye", day + 60)


def _message(number: int, sender: int, text: str, at: int) -> dict[str, Any]:
    names = {OWNER_ID: "Ada Byron", CONTACT_ID: f"{MARKS['name of a contact']} {MARKS['surname of a contact']}"}
    return {
        "id": number,
        "type": "message",
        "date": "2023-11-14T22:13:20",
        "date_unixtime": str(at),
        "from": names[sender],
        "from_id": f"user{sender}",
        "text": text,
        "text_entities": [],
    }
