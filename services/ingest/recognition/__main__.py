"""``python -m services.ingest.recognition``: reads a request from its standard input, writes what it found.

A process of its own, which ends before cleaning begins, so that neither its dictionaries nor its models stay.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable
from pathlib import Path

import orjson

from services.ingest.cleaning.found import Found
from services.ingest.recognition.deciding import readings
from services.ingest.recognition.judging import Models
from services.ingest.recognition.lexicon import Lexicon
from services.ingest.recognition.light import stay_light
from services.ingest.recognition.sightings import Sightings
from services.ingest.telegram.message import Message
from services.ingest.telegram.survey import read_spool

#: Where the text stands in a line of the spool.
TEXT = Message._fields.index("text")


def recognise(texts: Iterable[str], known: Collection[str], decided: Collection[str] = ()) -> list[Found]:
    """What the words of texts are read as.

    Args:
        known: every form of a name that is known, in lower case.
        decided: words that have a reading already.
    """
    lexicon = Lexicon()
    sightings = Sightings(lexicon, frozenset(known), frozenset(decided))
    count = sightings.read(texts)
    return readings(sightings, Models(lexicon), count)


def main() -> None:
    stay_light()
    request = orjson.loads(sys.stdin.buffer.read())
    texts = (orjson.loads(line)[TEXT] for line in read_spool(Path(request["folder"]), 0))
    found = recognise(texts, request["known"], request["decided"])
    sys.stdout.buffer.write(orjson.dumps([tuple(one) for one in found]))


if __name__ == "__main__":
    main()
