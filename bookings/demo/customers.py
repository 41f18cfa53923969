"""People who book in the demonstration, with names as they are at home at each place.

Their addresses are under example.org, which nobody can own (RFC 2606).
"""
# ruff: noqa: RUF001  (names are spelt as their owners spell them)

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Customer:
    name: str
    email: str
    phone: str = ""


def at(location: str) -> list[Customer]:
    """The customers of a location, by its slug."""
    return [
        Customer(name, f"{mailbox}@example.org", phone)
        for name, mailbox, phone in (line.split(" | ") for line in CUSTOMERS[location].strip().splitlines())
    ]


CUSTOMERS = {
    "barber-berlin": """
Ines Hoffmann | ines.hoffmann | +49 30 23125 201
Jonas Brandt | jonas.brandt | +49 30 23125 202
Ayşe Yıldız | ayse.yildiz | +49 30 23125 203
Lukas Weber | lukas.weber | +49 30 23125 204
Marlene Großkopf | marlene.grosskopf | +49 30 23125 205
Tarek Haddad | tarek.haddad | +49 30 23125 206
Wiebke Jansen | wiebke.jansen | +49 30 23125 207
Paul-Friedrich von Arnim | pf.vonarnim | +49 30 23125 208
Zofia Kowalczyk | zofia.kowalczyk | +49 30 23125 209
Emil Schäfer | emil.schaefer | +49 30 23125 210
""",
    "physio-london": """
Grace Adeyemi | grace.adeyemi | +44 20 7946 0301
Oliver Pemberton | oliver.pemberton | +44 20 7946 0302
Siân Llewellyn | sian.llewellyn | +44 20 7946 0303
Harpreet Gill | harpreet.gill | +44 20 7946 0304
Niamh O'Connor | niamh.oconnor | +44 20 7946 0305
Thomas Whitfield | thomas.whitfield | +44 20 7946 0306
Yasmin Rahman | yasmin.rahman | +44 20 7946 0307
Fiona MacLeod | fiona.macleod | +44 20 7946 0308
""",
    "yoga-ny": """
Maya Rodriguez | maya.rodriguez | +1 212 555 0101
Ethan Goldberg | ethan.goldberg | +1 212 555 0102
Keisha Williams | keisha.williams | +1 212 555 0103
Dylan Park | dylan.park | +1 212 555 0104
Sofia Petrova | sofia.petrova | +1 212 555 0105
Marcus Johnson | marcus.johnson | +1 212 555 0106
Hannah Cohen | hannah.cohen | +1 212 555 0107
Luis Fernández | luis.fernandez | +1 212 555 0108
Emma Sullivan | emma.sullivan | +1 212 555 0109
Chloe Nguyen | chloe.nguyen | +1 212 555 0110
Jamal Thompson | jamal.thompson | +1 212 555 0111
Rebecca Stein | rebecca.stein | +1 212 555 0112
""",
    "garage-lord-howe": """
Bruce Thompson | bruce.thompson | +61 2 5550 1201
Kylie Nichols | kylie.nichols | +61 2 5550 1202
Darcy Wilson | darcy.wilson | +61 2 5550 1203
Matilda Shick | matilda.shick | +61 2 5550 1204
Garth McFadyen | garth.mcfadyen | +61 2 5550 1205
""",
    "court-tokyo": """
佐藤 美咲 | misaki.sato | +81 3 5555 0201
鈴木 健太 | kenta.suzuki | +81 3 5555 0202
高橋 さくら | sakura.takahashi | +81 3 5555 0203
田中 大輔 | daisuke.tanaka | +81 3 5555 0204
渡辺 由美子 | yumiko.watanabe | +81 3 5555 0205
伊藤 翔 | sho.ito | +81 3 5555 0206
山本 葵 | aoi.yamamoto | +81 3 5555 0207
中村 直樹 | naoki.nakamura | +81 3 5555 0208
""",
    "night-clinic-casablanca": """
Salma Benali | salma.benali | +212 522 55 02 01
Youssef El Idrissi | youssef.elidrissi | +212 522 55 02 02
Nadia Chraïbi | nadia.chraibi | +212 522 55 02 03
Mehdi Tazi | mehdi.tazi | +212 522 55 02 04
Khadija Ouazzani | khadija.ouazzani | +212 522 55 02 05
Hélène Lacroix | helene.lacroix | +212 522 55 02 06
""",
    "registry-kathmandu": """
सीता श्रेष्ठ | sita.shrestha | +977 1 555 0201
राम बहादुर थापा | ram.thapa | +977 1 555 0202
अनिता गुरुङ | anita.gurung | +977 1 555 0203
Bikash Tamang | bikash.tamang | +977 1 555 0204
सरिता महर्जन | sarita.maharjan | +977 1 555 0205
प्रकाश अधिकारी | prakash.adhikari | +977 1 555 0206
Pemba Sherpa | pemba.sherpa | +977 1 555 0207
""",
}
