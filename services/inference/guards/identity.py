"""Human or machine? A persona that is asked says what it is, and never claims the contrary."""

from __future__ import annotations

import re

_EN_MACHINE = r"(?:chat)?bot|ai|a\.i\.|robot|machine|computer|program|(?:language )?model|llm|chatgpt|gpt|artificial"
_EN_HUMAN = r"human(?: being)?|real(?: (?:person|human|guy|girl|man|woman))?|(?:actual|living|real) person"
_DE_MACHINE = r"(?:chat)?bot|ki|roboter|maschine|computer|programm|sprachmodell|chatgpt|ai"
_DE_HUMAN = r"mensch|echt(?:er|e)?(?: (?:mensch|person))?|(?:echte )?person|real"
_RU_MACHINE = (
    r"(?:чат-?)?бот|робот|ии|нейросеть|нейросетка|нейронка|программа|машина|искусственный интеллект|chatgpt|gpt"
)
_RU_HUMAN = r"человек|живой|живая|настоящий|настоящая|реальный|реальная|(?:живой|настоящий|реальный) человек"
_RU_MACHINE_WITH = r"(?:чат-?)?ботом|роботом|ии|нейросетью|нейронкой|программой|машиной"
_RU_HUMAN_WITH = r"человеком|(?:живым|настоящим|реальным) человеком"

#: What may follow the noun: the end of the clause. "are you real madrid fans" is another question.
_CLAUSE = r"(?=\s*(?:[?!.,)\n]|$)|\s+(?:or|oder|или|btw|tho|though|right|now|lol|haha)\b)"

_QUESTIONS = {
    "en": (
        rf"\b(?:are|r|aren't)\s+(?:you|u|ya)\s+(?:\w+\s+){{0,2}}?(?:an?\s+|the\s+)?(?:{_EN_MACHINE}|{_EN_HUMAN}){_CLAUSE}",
        rf"\b(?:you|u)(?:'re|\s+are|r)?\s+(?:\w+\s+)?(?:an?\s+)?(?:{_EN_MACHINE}|human){_CLAUSE}(?=[^.!\n]*\?)",
        rf"\b(?:is|isn't)\s+(?:this|that|it)\s+(?:\w+\s+)?(?:an?\s+)(?:{_EN_MACHINE}|{_EN_HUMAN}){_CLAUSE}(?=[^.!\n]*\?|\s*$)",
        rf"\b(?:am\s+i|i'm|im|i\s+am)\s+(?:\w+\s+)?(?:talking|speaking|chatting|texting)\s+(?:to|with)\s+"
        rf"(?:an?\s+)?(?:{_EN_MACHINE}|{_EN_HUMAN}){_CLAUSE}",
    ),
    "de": (
        rf"\b(?:bist\s+du|biste|sind\s+sie)\s+(?:\w+\s+){{0,2}}?(?:(?:k?eine?|n|'n)\s+)?(?:echter\s+|echte\s+)?"
        rf"(?:{_DE_MACHINE}|{_DE_HUMAN}){_CLAUSE}",
        rf"\b(?:du\s+bist|sie\s+sind)\s+(?:\w+\s+){{0,2}}?(?:eine?\s+)?(?:{_DE_MACHINE}){_CLAUSE}(?=[^.!\n]*\?)",
        rf"\b(?:spreche|rede|schreibe|chatte)\s+ich\s+(?:\w+\s+){{0,2}}?mit\s+(?:einem|einer|nem|ner)\s+(?:echten\s+)?"
        rf"(?:{_DE_MACHINE}|menschen|person){_CLAUSE}",
    ),
    "ru": (
        rf"\b(?:ты|вы)\s+(?:\w+\s+){{0,2}}?(?:{_RU_MACHINE}|{_RU_HUMAN})(?=\s*(?:$|\?|или\b|,[^.!\n]*\?|[)]+\s*$))",
        rf"\b(?:{_RU_MACHINE}|{_RU_HUMAN})\s+ли\s+(?:ты|вы)\b",
        rf"\bя\s+(?:\w+\s+)?(?:говорю|разговариваю|общаюсь|переписываюсь)\s+с\s+(?:{_RU_MACHINE_WITH}|{_RU_HUMAN_WITH})\b",
    ),
}  # fmt: skip

_CLAIMS = (
    r"\bi(?:'?m|\s+am)\s+(?:\w+\s+)?(?:not\s+(?:an?\s+)?(?:(?:chat)?bot|ai|robot|machine|program|computer)|"
    r"(?:an?\s+)?(?:real\s+)?human(?:\s+being)?|an?\s+(?:real|actual|living)\s+person)\b",
    r"\bich\s+bin\s+(?:\w+\s+)?(?:kein\s+(?:(?:chat)?bot|roboter|computer|programm)|keine\s+(?:ki|maschine)|"
    r"ein\s+(?:echter\s+)?mensch|eine\s+echte\s+person)\b",
    r"\bя\s+(?:(?:же|ведь|вообще-то)\s+)?(?:не\s+(?:(?:чат-?)?бот|робот|ии|нейросеть|программа|машина)|"
    r"(?:живой|настоящий|реальный|обычный)\s+человек|(?:живой|настоящий|реальный)(?=\s*(?:[.!?,]|$)))(?!\w)",
)

#: A sentence that may still become a claim: its subject and the few words behind it.
_OPEN_CLAIM = re.compile(r"(?:\bi(?:['’]?m|\s+am)|\bich\s+bin|\bя)(?:\s+[^\s.!?]+){0,4}\s*\Z", re.IGNORECASE)

_ASKED = {language: re.compile("|".join(patterns), re.IGNORECASE) for language, patterns in _QUESTIONS.items()}
_CLAIMED = re.compile("|".join(_CLAIMS), re.IGNORECASE)

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
_GERMAN = re.compile(r"[äöüß]|\b(?:ich|du|ist|und|nicht|das|mein|dein|der|die|mit|passwort|kennwort)\b", re.IGNORECASE)


def asked_in(message: str) -> str | None:
    """The language (``en``, ``de``, ``ru``) in which a message asks whether it talks to a machine, if it does."""
    straight = message.replace("’", "'")
    return next((language for language, question in _ASKED.items() if question.search(straight)), None)


def claim(text: str) -> int | None:
    """Where a text claims to come from a human being."""
    match = _CLAIMED.search(text.replace("’", "'"))
    return match.start() if match else None


def unclaimed(text: str) -> int:
    """How much of a text that is still being written can no longer become part of a claim: a length in characters."""
    match = _OPEN_CLAIM.search(text)
    return match.start() if match else len(text)


def language_of(text: str) -> str:
    """A guess between the three languages that the fixed answers exist in."""
    if _CYRILLIC.search(text):
        return "ru"
    return "de" if _GERMAN.search(text) else "en"


def in_language(texts: dict[str, str], language: str) -> str:
    """A fixed answer; English where there is none in that language."""
    return texts.get(language, texts["en"])
