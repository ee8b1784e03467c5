"""Which names friends use for which: Александр is Саша, Саша may be Александра, William is Bill."""

from __future__ import annotations

from collections.abc import Iterator

#: A family a line: the full names, then what those who bear one of them are called.
_FAMILIES = """
александр: саша саня санёк шура сашок сандро алекс шурик санька
александра: саша саня шура алекса сандра санька
алексей: лёша алёша лёха лёшка алёшка лёшик алекс
алёна елена: лена алёнка леночка ленуся ленусик
анастасия: настя настёна ася настасья стася настюша настюха
анатолий: толя толик толян
ангелина: лина геля ангелинка
андрей: андрюша андрюха дюша андрейка
анна: аня анька анюта нюра нюша нюта аннушка анечка ануся
антон: антоша тоша антошка тоха антоха
антонина: тоня тося
аркадий: аркаша
арсений: арсюша сеня арс арсюха
артём артемий: тёма тёмка тёмыч артёмка тёмик
артур: артурчик арт
богдан: бодя богданчик
борис: боря боб борька
вадим: вадик димка вадя
валентин валентина: валя валька валюша
валерий: валера валерка
валерия: лера лерка валера лерочка
варвара: варя варюша варька
василий: вася васька васёк васян василёк
василиса: вася василиска
вера: верочка верка веруня
вероника: ника вика никуся
виктор: витя витёк витька витюша
виктория: вика вита викуся викуля
виталий: виталик виталя
владимир: вова вовка володя вовчик вован володька
владислав владислава: влад владик слава владя
всеволод: сева
вячеслав: слава славик славка
галина: галя галька галочка
геннадий: гена геша генка
георгий: гоша жора гога гошка
герман: гера
глеб: глебушка глебка
григорий: гриша гришка гриня гришаня
давид: дава давидик
даниил данила данил: даня данька данилка данечка
дарья: даша дашка дашуля дашута дарина
денис: дэн деня дениска денчик ден
диана: дианка ди
дмитрий: дима димка димон митя митька диман димыч димас димочка
евгений: женя женька жека женёк джек
евгения: женя женька женечка
егор: егорка гоша егорушка егорик
екатерина: катя катька катюша катерина катюха катерина катенька
елизавета: лиза лизка лизавета лизонька лилибет
ефим: фима
жанна: жанка
захар: захарка
зинаида: зина
зоя: зойка
иван: ваня ванька ванёк ванюша ванечка вано
игорь: игорёк гоша игорёша гарик игорюха
илья: илюша илюха ильюша илька
инна: иннуся
ирина: ира ирка иришка ириша ирочка иринка
камилла: камила
карина: каринка
кирилл: кирюша кирюха киря кир
клавдия: клава
кристина: кристя кристинка крис
константин: костя костик костян костька
ксения: ксюша ксюха ксеня оксана
оксана: ксюша ксана оксанка
лариса: лара лариска
лев: лёва лёвушка лёвка
леонид: лёня лёнька лёнчик
лидия: лида лидочка
любовь: люба любаша любочка
людмила: люда мила люся людочка людка
маргарита: рита марго ритка риточка
марина: маринка мариша маришка мара
мария: маша машка маруся машенька маня марья мара маша муся машуля
максим: макс максик максимка максон
марк: марик маркуша
матвей: мотя матвейка
милана: мила
михаил: миша мишка мишаня мишутка миха михей
надежда: надя надюша наденька надька надюха
наталья наталия: наташа ната наташка натуся наталка таша
никита: никитка никитос ник
николай: коля колян колька николаша колюня
нина: нинка ниночка
олег: олежка олежек алик
ольга: оля олька олечка олюшка лёля оленька
павел: паша пашка павлик пашок пашуня паха
пётр: петя петька петруха петруша
полина: поля полинка полечка
раиса: рая раечка
роман: рома ромка ромчик ромочка ромыч ромашка
руслан: русик рус русланчик
светлана: света светка светочка светик лана
святослав: слава свят
семён: сёма сеня сёмка
сергей: серёжа серёга серый серж серёженька серёжка серьга
софья софия: соня софа сонечка сонька софочка
станислав: стас слава стасик
степан: стёпа стёпка
таисия: тая тася
тамара: тома томка тамарка
татьяна: таня танька танюша танечка танюха тата
тимофей: тима тимоша тимка тимоха
тимур: тима тимурка тимурчик
ульяна: уля ульяша
фёдор: федя федька федос
эдуард: эдик эд
элина: эля
эльвира: эля
юлия: юля юлька юленька юляша юльчик
юрий: юра юрка юрик юрец
яков: яша яшка
яна: янка яночка
ярослав ярослава: ярик слава ярослава яся
гульнара: гуля
нурлан: нурик
рашид: рашидик
alexander: alex sasha xander lex sascha aleks alec
alexandra: alex sasha lexi sandra alexa
abigail: abby abbie
albert: al bert
alfred: alf fred alfie
amanda: mandy
andrew: andy drew
andreas: andi andy
angela: angie
anthony: tony
antonia: toni
arthur: art artie
barbara: barb babs bärbel
beatrice: bea trixie
benjamin: ben benny benni benji
bernhard bernard: bernie bernd
bridget: bridie
bradley: brad
brigitte: gitte gitti
cameron: cam
caroline carolina: carrie caro lina
catherine katherine kathryn: kate katie cathy kathy kat kitty katy
charles: charlie chuck chas chaz
charlotte: lottie charlie lotte
christina christine: chris tina christy
christian: chris
christopher: chris topher kit
daniel: dan danny dani
danielle: dani
david: dave davy
deborah: debbie deb debby
dominic dominik: dom nick
donald: don donny
dorothy: dot dottie dolly
dorothea: doro thea
douglas: doug
edward: ed eddie ted teddy ned
eduard: edi
eleanor: ellie nell nora
elizabeth: liz lizzie beth betty eliza libby lizzy liza betsy
elisabeth: lisa sissi elli lisbeth liesel liesl
emily: em emmy emi
emma: em emmi
eugene: gene
evelyn: evie
florian: flo flori
frances: fran franny
francis: frank frankie
franziska: franzi
frederick: fred freddie freddy rick
friederike: rike rieke
friedrich: fritz fiete friedl
gabriel: gabe
gabriele gabriela: gabi gaby
georg: schorsch
gerald: gerry jerry
gerhard: gerd gert
gregory: greg gregg
günther günter: günni
gwendolyn: gwen
hannah: hanni anni
harold: harry hal
heinrich: heiner heinz heini hinnerk
helena: lena leni
henry: hank harry hal
isabella isabel: bella izzy belle isa
jacob: jake coby
jakob: jacki köbi
jacqueline: jackie
james: jim jimmy jamie jem
janet: jan
jeffrey: jeff
jennifer: jen jenny jenni
jeremy: jerry
jessica: jess jessie jessi
johann johannes: hans hannes jo jojo hansi
john: johnny jack jon
jonathan: jon jonny nate
jonas: joni
joseph: joe joey jo
josef: sepp josi
joshua: josh
judith: judy
julia: jule jules julchen
julian: jules
katharina: kathi käthe kati katrin rina kathrin
karl: kalle karli
kenneth: ken kenny
kimberly: kim
klaus: klausi
konrad: conny
lawrence: larry
leonard: leo len lenny
leonhard: leo
lillian: lily lil
ludwig: lutz lui
louis: lou
louise: lou
lucas: luke
lukas: luki
madeleine: maddie maddy
magdalena: leni lena magda
manfred: manni
manuela: manu ela
margaret: maggie meg peggy margie greta
margarete: gretel grete gretchen
maria: mia mariechen
martin: marty
matthew: matt matty
matthias: matze matthes hias
maximilian: max maxi
maxwell: max
melanie: mel melli
melissa: mel missy lissa
michael: mike mick mikey micha michi mickey
michaela: michi ela
miriam: miri
mohammed: mo
nathaniel nathan: nate nat
nicholas: nick nicky nico
nikolaus: klaus niko nick
nicole: nicky nikki
oliver: ollie olli oli
olivia: liv livvy
pamela: pam
patricia: pat patty tricia trish
patrick: pat paddy
peter: pete peterle
philip: phil pip
philipp: phil pippo
raymond: ray
rebecca: becky becca
richard: rick dick rich ricky richie
robert: rob bob bobby robbie robby bert
ronald: ron ronnie
rosemary: rosie
roswitha: rosi
rudolf: rudi
rüdiger: rüdi
samantha: sam sammy
samuel: sam sammy
sebastian: basti seb bastian
siegfried: siggi
simone: simi
sophie: soph
stefan stephan: steffen stefano
stephanie stefanie: steph steffi
stephen steven: steve stevie
susan susanna susanne: sue susie suzie susi suse sanne
tatjana: tanja
theodore: ted theo teddy
theodor: theo
theresa teresa: terry tess resi
thomas: tom tommy tomi
timothy: tim timmy
tobias: tobi
ulrich: uli ulli
ulrike: uli rike ulli
ursula: uschi ulla
valentina: valya
veronika: vroni
victor: vic
victoria: vicky vic tori
vincent: vince vinnie
walter: walt wally
werner: wernher
wilhelm: willi helmut wim
william: bill billy liam will willy
wolfgang: wolfi wolf
zachary: zach zack
"""


def _families() -> Iterator[tuple[list[str], list[str]]]:
    for line in _FAMILIES.strip().splitlines():
        full, _, short = line.partition(": ")
        yield full.split(), short.split()


def _called() -> dict[str, set[str]]:
    """Every name of the families with what it stands for. Слава is short for so many that it only stands for those."""
    families: dict[str, list[tuple[list[str], list[str]]]] = {}
    for full, short in _families():
        for name in {*full, *short}:
            families.setdefault(name, []).append((full, short))
    return {
        name: {other for full, short in near for other in (*full, *(short if name in full or len(near) <= 2 else ()))}
        for name, near in families.items()
    }


CALLED = _called()

_SIBILANTS = ("ша", "жа", "ча", "ща")


def also_called(name: str) -> set[str]:
    """What a person of this name (lower case) is called too: usual short forms of a full name, full ones of a short."""
    plain = name.replace("ё", "е")
    known = next((each for each in (name, *_with_yo(plain)) if each in CALLED), None)
    return {known, *CALLED[known]} if known else set()


def pet_names(name: str) -> set[str]:
    """The regular Russian pet names of a short name: Саша is Сашка and Сашенька, Лена is Леночка."""
    if not 3 <= len(name) <= 6 or name.endswith("ка"):
        return set()
    stem = name[:-1]
    if name.endswith(_SIBILANTS):
        return {stem + "ка", stem + "енька", stem + "уля"}
    if name.endswith("я") and name[-2] not in "аеёиоуыэюяь":
        return {stem + "ька", stem + "енька", stem + "ечка", stem + "юша", stem + "юха"}
    if name.endswith("а"):
        return {stem + "ка", stem + "очка", stem + "уля"}
    return set()


def _with_yo(plain: str) -> list[str]:
    """Ways to write a name that was typed without ё."""
    return [plain[:i] + "ё" + plain[i + 1 :] for i, letter in enumerate(plain) if letter == "е"]
