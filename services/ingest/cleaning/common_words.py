"""Names that are ordinary words as well: taken for a name only where the writing says so."""

from __future__ import annotations

_COMMON = """
will mark may art rose hope grace joy bill rich frank sunny angel summer april june august faith dawn ivy lily olive
pearl ruby amber jasmine violet iris daisy holly heather robin jack joke chase hunter mason page grant miles dean
earl duke king prince max sky star crystal melody harmony destiny honey mum mom dad uncle aunt boss doctor mr mrs
miss sir young long short white black brown green gray grey stone wood woods field fields hill hills bell cook baker
smith fisher taylor carter wright price cross day love best good bush banks brooks burns rivers sharp strong swift
west north east south drew pat sue dick don guy van ray roman victor ben dan rob nick dot bob marks bills wills
jacks jokes roses hopes apollo earth moon house group team support chat news bot test user admin the and of in on at
to is my me you it so or be do opa oma tante onkel herr frau mutter vater mama papa bruder schwester klein gross
groß lang kurz weiß schwarz braun jung alt koch bäcker schmidt fischer müller wolf vogel stein berg bach sommer
winter herbst könig kaiser engel ernst wit witt bakker jansen de der die das den mulder visser smit jong dam вера
веры вере веру верой надежда надежды надежде надежду надеждой любовь любви любовью роман романа роману романом
романе романы романов слава славы славе славу славой мир мира миру миром мире света свете свету мила милы лев льва
май майя баба бабушка дедушка мама папа дядя тётя тетя брат сестра шура пол пола
"""
COMMON = frozenset(_COMMON.split())

#: Of these, the ones that a lower-case writer uses in every other sentence: only a capital makes them a name.
_NEEDS_CAPITAL = """
will wills may mark marks drew sue pat love hope chase grant best good page van day light long short young old
strong сила мира мире миром май любви света
"""
NEEDS_CAPITAL = frozenset(_NEEDS_CAPITAL.split())

#: What stands before an ordinary word, never before a name.
_DETERMINERS = """
a an the this that no any some my your his her our their one every another each what which good bad best old new
little ein eine einen kein keine der die das mein dein een geen mijn jouw этот эта это мой моя твой твоя
"""
DETERMINERS = frozenset(_DETERMINERS.split())

#: Parts of surnames that name nobody by themselves.
_PARTICLES = """
van de der den dem het 't te ten ter von zu zum zur vom und la le les du des da do dos das di del della los las el
al bin ibn ben y e o jr sr mr mrs ms dr prof
"""
PARTICLES = frozenset(_PARTICLES.split())
