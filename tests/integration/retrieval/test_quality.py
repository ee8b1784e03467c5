"""The real embedding model finds what a person would call similar, in a small corpus written for this."""

from __future__ import annotations

import pytest

from services.retrieval.embeddings import Embedder, SentenceEmbedder
from services.retrieval.settings import RetrievalSettings
from shared.contracts.retrieval import SearchRequest
from tests.integration.retrieval.conftest import House, exchange

pytestmark = pytest.mark.model

CORPUS = {
    "wheel": ("My front wheel wobbles, can you look at it?", "bring it to the shed.. probably a loose spoke"),
    "bread": ("Did the sourdough rise overnight?", "ach.. flat as a plank, 3/10"),
    "leak": ("There is water on the floor of the cabin!", "bilge pump died.. on my way with a bucket"),
    "gull": ("A bird just took my croissant.", "that is kevin.. he collects taxes"),
    "concert": ("Will you play at the street festival on Saturday?", "if the accordion gets over its cough"),
    "exam": ("I failed my driving test again.", "oof.. third time is the charm captain"),
    "train": ("Which platform does the Amsterdam express leave from?", "the far one, as always"),
    "rent": ("The landlord wants 200 more a month.", "boats have no landlords.. think about it"),
    "cold": ("I've got a fever and a sore throat.", "ginger, honey, sleep.. soup at 6"),
    "birthday": ("What should I give grandpa for his 80th?", "a photo of all of us on the boat"),
    "cat": ("The kitten has not eaten since yesterday.", "try warm tuna.. else the vet in the harbour street"),
    "wifi": ("The internet is down in the workshop.", "reboot the grey box.. count to 30"),
}

QUESTIONS = {
    "wheel": "the rim of my bike is bent",
    "bread": "how did your baking turn out?",
    "leak": "the ship is sinking, everything is wet",
    "gull": "a seagull stole my lunch",
    "concert": "are you performing music this weekend?",
    "exam": "they did not give me my licence",
    "train": "where do I catch the railway to the capital?",
    "rent": "my flat is getting more expensive",
    "cold": "feeling ill today, temperature is 39",
    "birthday": "any idea for a present for an old man?",
    "cat": "my pet refuses its food",
    "wifi": "I cannot get online, router is blinking",
}


@pytest.fixture
def embedder() -> Embedder:
    return SentenceEmbedder(RetrievalSettings(_env_file=None))


async def test_paraphrases_find_their_exchange(house: House) -> None:
    names = list(CORPUS)
    house.ingest.exchanges = [exchange(n, *CORPUS[name]) for n, name in enumerate(names)]
    await house.index(page=256)
    found = {}
    for name, question in QUESTIONS.items():
        hits = await house.client.search(SearchRequest(persona="anselm", query=question, k=3))
        found[name] = [names[int(hit.id[1:])] for hit in hits]
    first = [name for name, hits in found.items() if hits[0] == name]
    third = [name for name, hits in found.items() if name in hits]
    assert len(first) >= 10, found
    assert len(third) == len(QUESTIONS), found
