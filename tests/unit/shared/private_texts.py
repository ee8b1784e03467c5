"""A text or more of every kind of private thing, as people type them, and texts that only look like it.

Put together where a scanner would take one for real.
"""

from __future__ import annotations

PRIVATE = {
    "phone": ["+31 6 1122 3345", "020 7946 0417", "8 (912) 640-17-35", "+49 30 901820"],
    "email": ["a.b+c@mail.example.org", "мой@пример.рф"],
    "card": ["4242 4242 4242 4242", "4111111111111111", "378282246310005"],
    "iban": ["NL32 ABNA 0123 4007 65", "DE89370400440532013000"],
    "document": ["my passport is P7203846", "паспорт 4510 123456", "СНИЛС 145-902-387 69", "SSN 536-22-1234"],
    "address": [
        "17 Wharf Lane, London SE16 4QP",
        "Leonhardstraße 61, 8010 Graz",
        "Keulsekade 309, 3534 AC Utrecht",
        "620075, г. Екатеринбург, ул. Бажова, д. 138, кв. 52",
        "calle de la Paz 12",
    ],
    "coordinates": ["52.0849, 5.1327", "48°12′30″N"],
    "crypto_key": ["bc1qzr7wvvmttyew8vzf0zvplkgc9668tc8cy2d8ue", "0x52908400098527886E0F7030069857D2E4169EE7"],
    "seed_phrase": ["cream field super cinnamon thank multiply genre twist crime enact access virtual"],
    "password": [
        "wifi password is kevinsteals2loaves",
        "Das Passwort lautet Andritz!Wels2025",
        "пароль: лодка77вода",
        "my password: correcthorse!",
    ],
    "api_token": [
        "gh" + "p_7hQ2mXc9VtRz4LbKdW0pYsNf3GuJ8eAo1T6i",
        "71234" + "09865:AAFkq3Zt9wLmXb2RvYc8HsNdJ0uPgTeKi4o",
        "AKIA" + "IOSFODNN7EXAMPLE",
    ],
    "private_key": ["-----BEGIN " + "PRIVATE KEY-----\nMIIEvQ\nIBADAN\n-----END PRIVATE KEY-----"],
    "link": ["https://t.me/+Js0mBGFL9SjMTSGw", "https://user:pw@host.example/x", "meet.google.com/abc-defg-hij"],
}
HARMLESS = [
    "so I told him we should go to the harbour",
    "haha no way, are you serious",
    "Das klingt gut, wir sehen uns dann am Montag mit Hund",
    "ну ладно, тогда до завтра, я уже выхожу)",
    "ok",
    "see you at 10 then, bring 2 of them",
    "on 2024-03-02 at 18:04",
    "photo_3@19-11-2024_16-03-53.jpg",
    "the password is wrong again",
    "10-15 min",
    "3-2",
    "15000",
    "в 18-30",
    "storm 8/10, steering 2/10.. view 9/10",
    "\n",
]
TEXTS = [text for texts in PRIVATE.values() for text in texts]
