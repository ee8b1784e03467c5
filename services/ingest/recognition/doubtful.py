"""Where dictionaries mislead: names that they also list as words nobody types, and words that they list as names."""

from __future__ import annotations

_PLAIN_NAMES = """
john david james michael george paul thomas tom louis mary charles henry martin scott harry peter josh jimmy bob rob
mike robert simon howard sarah jason luke jackson andrew adam daniel sam matt wilson sydney edward joseph jordan
stephen elizabeth jimmy victor anthony arthur alexander ross gary anna wayne patrick matthew walter
johnny bruce maria billy russell anne lawrence ali graham philip jerry warren ted stewart nelson albert
terry marshall mitchell leo aaron jacob bobby christopher charlotte oliver perry ron ken robinson douglas helen
stanley samuel sally judith margaret susanna esther naomi ruth rebecca rachel benjamin solomon abraham isaac
gabriel julian sebastian felix hugo theodore raphael vladimir boris ivan igor sergei mikhail nikolai dmitri
laura julia diana clara nora emma lena hanna lisa hans fritz otto karl klaus kurt jürgen heinz werner
uwe günter ingrid helga ursula monika sabine petra birgit susanne andrea stefan markus matthias florian lukas jonas
leon finn mia emil oskar anton johann sofie sophie marie katharina elisabeth johanna franziska annika mandy ronny
harriet winnie eddie maggie molly jenny nancy betty katie kate lucy alice emily amy jane jean joan
маша коля катя рома паша гена боря витя даша миша саша лёша леша лёха леха петя ваня аня таня оля лена ира юля дима
вова серёжа сережа серёга серега настя ксюша лиза наташа надя толя женя гоша федя стёпа степа игорь олег артур вика
полина алина карина марина арина олеся тимур руслан рустам ринат ильдар анзор гарик юра кирилл
"""
PLAIN_NAMES = frozenset(_PLAIN_NAMES.split())

#: Neither in any place: what begins messages, months and days, peoples and countries that children are called after.
_NEVER_NAMES = """
can said us made man lot case job line less early true friend reason chance america us press worth add any many per
else among media lies ah ties del von les til till ever little an will've i'm so no yes ok okay hey hi hello oh wow
monday tuesday wednesday thursday friday saturday sunday january february march may june july august september october
november december montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar märz mai juni juli
oktober dezember darin dava meta metas pero tata tema temas varia varias mato leva una uno moon age day delta glück
toma tomas cara sean alma
донат доната донату донатом донаты донатов донатам клава клавы клаве клаву клавой додик додики понедельник вторник
среда четверг пятница суббота воскресенье января февраля марта апреля мая июня июля августа сентября октября ноября
декабря март april god jesus christ lord santa bro sis dude mate man bruder alter china india france israel london
york washington texas florida boston ireland asia berlin paris dallas houston hamburg münchen wien zürich köln
frankfurt europe africa brooklyn atlanta denver phoenix columbia carolina virginia alabama arizona tennessee louisiana
missouri indiana cleveland melbourne rome mars venus jupiter saturn apollo москва питер киев минск бог аллах господь
господи мама папа мам пап бро братан чувак деда дед бабушка дедушка muslim christian german french nazi captain doctor
governor council lawyer judge queen king prince princess general major colonel father mother sister brother son
daughter baby lady sir madam boss chef mama papa oma opa mum mom dad danke bitte hallo tschüss servus moin lieb liebe
lieber grüße gruß heute morgen gestern servus super genau toll
"""
NEVER_NAMES = frozenset(_NEVER_NAMES.split())

#: Given names that are nouns, or places, more often. All other nouns of WordNet that are given names are the famous.
_NOUNS = """
alexandria angel art attila augusta aurora austin autumn bailey baptist brandy brooke cassia chad cheyenne clinton
cole constance crystal daisy dakota dale dalton damon dean den destiny devon diamond drew earl ed faith flora florence
florin gene georgia glen hagen hunter heather holly iris jan jasmine jay jury kent kirk lambert
lev lily lino lincoln lore lorraine luna madison mania mara mason maxim melody merlin mina
morgan nada norma parker pasha patty penny raja rana robin roma rosa rosemary rus savannah semen serge shannon
sherry sierra silva sofa sofia stella tanka tanner tara taylor tea tiffany tyler undine valentine
victoria viola vita heide linde jura lana mercedes di dan mira traci kim chelsea jordan sydney asta gera
allen oscar ina dana mila delta
"""
NOUNS = frozenset(_NOUNS.split())
