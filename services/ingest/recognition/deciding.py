"""From what was seen of each word to what it is read as."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Protocol

from services.ingest.cleaning.found import Found, Reading
from services.ingest.cleaning.inflection import CYRILLIC, decline, fold
from services.ingest.recognition.lexicon import Lexicon, Sort
from services.ingest.recognition.sightings import CONTEXTS, Context, Sighting, Sightings
from services.ingest.recognition.typos import SHORTEST, meant
from shared.languages import telling

#: Contexts that a language model looks at: two milliseconds each.
LEAST_ASKED, MOST_ASKED, MESSAGES_A_CONTEXT = 2_000, 20_000, 500
#: Contexts in which a word that nobody knows has to be a person.
SURE = 2
#: What is met so often, and of so many times once inside a sentence, is called out, not a name: "Roger. Over."
OFTEN, OUTSIDE = 20, 5
#: The same, met so often and so rarely inside a sentence that a place there tells nothing.
ALWAYS, HARDLY_INSIDE = 100, 20
#: How often a word has to be used as a thing that a dictionary calls a name; of so many times once, for any word.
THING, THING_SHARE = 2, 6
MOST_TYPOS = 20_000
#: Which of the two a context is in.
GERMAN, ENGLISH = telling("de"), telling("en")
WORD = re.compile(r"[^\W\d_]+")


class Judge(Protocol):
    """Who ("PERSON") and what else is named where, in each of pairs of a text and its language."""

    def mentions(self, questions: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, int, int]]]: ...


class Vote(Enum):
    """What one context says of a word. ``FULL``: it is part of a name of several words, none of them ordinary."""

    FULL = "full name"
    PERSON = "person"
    NOTHING = "nothing"
    OTHER = "something else"


def readings(sightings: Sightings, judge: Judge, messages: int) -> list[Found]:
    """What every word is read as that is not an ordinary one: names, typos of known names, everyday words."""
    lexicon = sightings.lexicon
    found = {word: Found(word, _everyday(lexicon.sort(word))) for word in sightings.everyday}
    found |= {word: Found(word, Reading.TYPO, like) for word, like in _typos(sightings)}
    lower = {lexicon.lemma(word) for word in sightings.lower}
    capital = {lexicon.lemma(word) for word, seen in sightings.words.items() if seen.shaped}
    things = _things(sightings)
    doubtful = {}
    for word, seen in sightings.words.items():
        if word in found:
            continue
        if word in things:
            if seen.sort in (Sort.NAME, Sort.GIVEN) or seen.beside:
                found[word] = Found(word, Reading.BESIDE)
        elif seen.is_only_small and not lexicon.is_plain_name(word) and lexicon.lemma(word) not in capital:
            continue
        elif reading := _by_itself(seen, lower=lexicon.lemma(word) in lower, noun=lexicon.is_noun(word)):
            found[word] = Found(word, reading)
        elif seen.sort is not Sort.WORD or seen.behind:
            doubtful[word] = seen
    votes = _ask(doubtful, judge, lexicon, min(MOST_ASKED, max(LEAST_ASKED, messages // MESSAGES_A_CONTEXT)))
    for word, seen in doubtful.items():
        reading = _by_votes(seen, votes.get(word, []), lower=lexicon.lemma(word) in lower)
        if reading or seen.behind:
            found[word] = Found(word, reading or Reading.BEHIND)
    return sorted({one.word: one for each in found.values() for one in _inflected(each, sightings)}.values())


def _everyday(sort: Sort) -> Reading:
    return Reading.BESIDE if sort is Sort.WORD else Reading.WORD


def _typos(sightings: Sightings) -> Iterator[tuple[str, str]]:
    """Words that no dictionary knows and that are a slip away from a known name."""
    lexicon = sightings.lexicon
    met = dict.fromkeys((*sightings.words, *sorted(sightings.lower)))
    likely = [word for word in met if len(word) >= SHORTEST and word not in sightings.decided]
    for word in likely[:MOST_TYPOS]:
        if lexicon.sort(word) is not Sort.UNKNOWN:
            continue
        like = meant(word, sightings.known)
        if like is not None and not lexicon.is_word(word) and lexicon.sort(like) is not Sort.WORD:
            yield word, like


def _things(sightings: Sightings) -> set[str]:
    """Words that are used as things are, more often than as people: a Russian one in all its cases together."""
    found = set()
    for word, seen in sightings.words.items():
        if not seen.things:
            continue
        kin = decline(sightings.lexicon.stem(word)) if CYRILLIC.search(word) else ()
        family = {word, *(form for form in kin if form in sightings.words)}
        every = [sightings.words[one] for one in family]
        least = THING if any(one.sort in (Sort.NAME, Sort.GIVEN) for one in every) else 1
        used, count = sum(one.things for one in every), sum(one.count for one in every)
        if used < least or used * THING_SHARE < count:
            continue
        if used > sum(one.personal for one in every) and not any(one.cued for one in every):
            found |= family
    return found


def _by_itself(seen: Sighting, *, lower: bool, noun: bool) -> Reading | None:
    """What needs no model: plain names, and what stands behind a title, a cue or a given name."""
    if seen.sort is Sort.NAME:
        if seen.count >= ALWAYS and seen.inside * HARDLY_INSIDE < seen.count:
            return Reading.BESIDE
        if seen.count >= OFTEN and seen.inside * OUTSIDE < seen.count:
            return Reading.INSIDE
        return Reading.NAME if seen.shaped or seen.small else None
    if seen.sort is Sort.GIVEN and seen.shaped and not noun:
        return Reading.INSIDE if lower else Reading.CAPITAL
    if not (seen.cued or seen.beside):
        return None
    if seen.sort is Sort.WORD:
        return Reading.BESIDE
    if lower and seen.sort is not Sort.GIVEN and not (seen.cued or seen.personal):
        return Reading.BESIDE
    if lower:
        return Reading.INSIDE
    return Reading.NAME if seen.sort is Sort.UNKNOWN else Reading.CAPITAL


def _by_votes(seen: Sighting, votes: list[Vote], *, lower: bool) -> Reading | None:
    people, others = sum(vote in (Vote.FULL, Vote.PERSON) for vote in votes), votes.count(Vote.OTHER)
    personal = seen.personal > 0 and seen.sort is Sort.GIVEN
    if not personal and (not seen.shaped or (others > people and not seen.personal)):
        return None
    match seen.sort:
        case Sort.GIVEN:
            named = people > 0 or personal or (seen.inside > 0 and not lower)
        case Sort.BOTH:
            certain = not lower or seen.personal > 0 or Vote.FULL in votes or SURE <= people == len(votes)
            named = 2 * people >= len(votes) and people > 0 and certain
        case _:
            sure = Vote.FULL in votes or people >= SURE or seen.personal > 0
            named = not lower and sure and (2 * people > len(votes) or seen.personal > 0)
    if not named:
        return None
    return Reading.INSIDE if lower else Reading.CAPITAL


def _ask(doubtful: dict[str, Sighting], judge: Judge, lexicon: Lexicon, most: int) -> dict[str, list[Vote]]:
    """Votes of each word's contexts. Past the bound none is looked at: every word's first context comes before any
    second one, and what was met often before what was met once."""
    order = sorted(doubtful, key=lambda word: (-doubtful[word].inside, -doubtful[word].count, word))
    places = [
        (word, doubtful[word].contexts[turn])
        for turn in range(CONTEXTS)
        for word in order
        if turn < len(doubtful[word].contexts)
    ][:most]
    questions = [(context.text, language_of(word, context)) for word, context in places]
    votes: dict[str, list[Vote]] = {}
    for (word, context), mentions in zip(places, judge.mentions(questions), strict=True):
        votes.setdefault(word, []).append(_vote(context, mentions, lexicon))
    return votes


def _vote(context: Context, mentions: list[tuple[str, int, int]], lexicon: Lexicon) -> Vote:
    kind, start, end = next((one for one in mentions if one[1] <= context.start and context.end <= one[2]), ("", 0, 0))
    if kind != "PERSON":
        return Vote.OTHER if kind else Vote.NOTHING
    words = [fold(word) for word in WORD.findall(context.text[start:end])]
    ordinary = any(lexicon.sort(word) is Sort.WORD for word in words)
    return Vote.FULL if len(words) > 1 and not ordinary else Vote.PERSON


def language_of(word: str, context: Context) -> str:
    if CYRILLIC.search(word):
        return "ru"
    words = [fold(one) for one in WORD.findall(context.text)]
    return "de" if sum(one in GERMAN for one in words) > sum(one in ENGLISH for one in words) else "en"


def _inflected(one: Found, sightings: Sightings) -> Iterator[Found]:
    """A Russian name in its other cases too, where those are no other words."""
    yield one
    if one.reading in (Reading.NAME, Reading.CAPITAL) and CYRILLIC.search(one.word):
        for form in decline(sightings.lexicon.lemma(one.word)):
            if form != one.word and sightings.lexicon.sort(form) is not Sort.WORD and form not in sightings.known:
                both = sightings.lexicon.sort(form) is Sort.BOTH
                yield Found(form, Reading.INSIDE if both else one.reading)
