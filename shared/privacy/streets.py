"""What streets, flats and postal codes are called and how they are written, in the countries of one's chats."""

from __future__ import annotations

from shared.privacy.cues import words_of

#: Last words of an English street. Those in the second set are ordinary words too, and need a capital.
ENGLISH = words_of(
    "street st road rd avenue ave lane ln drive dr boulevard blvd crescent cres terrace parkway pkwy highway hwy "
    "mews wharf quay esplanade "
    "expressway turnpike"
)
ENGLISH_TOO = words_of(
    "gardens garden ter row close way square sq place pl court ct circle cir hill park grove walk green parade pde "
    "trail trl loop plaza alley "
    "bend ridge point view rise path run crossing promenade estate broadway streets heights springs pike landing "
    "glen vale meadow meadows av "
    "avenida union bridge gate mount side yard"
)
#: Endings that only streets have, in German, Dutch and the languages of the North.
ENDINGS = (
    "straße", "strasse", "straßen", "strassen", "str.", "str", "straat", "gasse", "platz", "plein", "allee", "allé",
    "kade", "laan", "gracht", "dijk", "steeg", "singel",
    "gürtel", "chaussee", "gatan", "vägen", "gränd", "veien", "vegen", "katu", "kuja", "polku", "stræti", "straeti",
    "stræde", "braut", "vegur", "vænget",
    "skálinn", "utca", "dreef", "stieg", "brücke",
)  # fmt: skip
#: Endings that ordinary words have too: only a capitalised word of some length is a street.
DOUBTFUL = (
    "weg", "werf", "hof", "ring", "pad", "baan", "ufer", "damm", "kai", "markt", "promenade", "steig", "pfad",
    "graben", "garten", "berg", "gade", "tie", "vej", "vei",
    "gata", "götu", "torget", "stigen", "backen", "lei", "ova", "eva", "feld", "wiese", "bogen", "höhe", "zeile",
)  # fmt: skip
#: Words before a street's name, or by themselves before or behind it; the number comes last.
BEFORE = words_of(
    "rua r. calle c/ rue viale piazza corso vicolo avenida avda. avda av. carrer plaça praça praca travessa estrada "
    "rúa ulica ulice ul. kaia chemin allée impasse quai "
    "paseo camino carretera aleja al. osiedle os. strada bulevardul trg nám. náměstí náměstie λεωφ. λ. οδός πλατεία "
    "πλ. jalan jl. вул. вул вулиця просп. "
    "lungomare contrada obala via put cesta boulevard avenue bd plaza ronda largo"
)
#: Of these, the ones that are ordinary words: the name behind must be capitalised.
BEFORE_TOO = words_of("via put cesta boulevard avenue bd plaza ronda largo quai estrada camino")
BEHIND = words_of(
    "út utca utja u. tér köz krt. körút sor sok. sk. cad. caddesi sokak bulevardi bulvarı trg nám. tn. puiestee "
    "maantee iela gatvė g. prospekt"
)
GERMAN_BEFORE = (
    "am",
    "an der",
    "an den",
    "im",
    "in der",
    "in den",
    "zum",
    "zur",
    "auf der",
    "auf dem",
    "unter den",
    "hinter der",
    "vor dem",
    "alte",
    "alter",
    "neue",
    "neuer",
)
RUSSIAN = words_of(
    "ул улица улице улицу улицы улочке улочка пр пр-т пр-кт пркт просп проспект проспекте проспекту проспекта пер "
    "переулок переулке переулка наб набережная набережной бул "
    "б-р бульвар бульваре бульвара ш шоссе пл площадь площади алл аллея аллее туп тупик проезд проезде пр-д мкр мкрн "
    "мкр-н микрорайон микрорайоне кв-л квартал линия линии тракт"
)
RUSSIAN_HOUSE = words_of("д дом дома доме зд вл владение стр корп уч №")
#: The flat, before its number.
FLAT = words_of(
    "flat apt apartment unit suite ste stiege tür wohnung whg кв квартира квартиру квартире подъезд корп корпус стр "
    "строение оф офис piso puerta byt appartement appt lgh bât "
    "top к"
)
#: Of these, the ones that are in sentences that are no addresses: only behind a street.
FLAT_TOO = words_of("unit top к стр подъезд оф офис tür piso flat корпус строение stiege")
