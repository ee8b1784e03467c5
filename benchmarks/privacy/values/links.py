"""Links that carry a secret, and links that let in whoever has them."""

from __future__ import annotations

import random
import string

from benchmarks.privacy.values.value import Value, digits, drawn

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
HEX = "0123456789abcdef"
HOSTS = (
    "app.northwind.io",
    "cloud.example.org",
    "my.bankline.example",
    "shop.example.de",
    "intra.firma.example",
    "dev.example.ru",
)
USERS = ("admin", "root", "anton", "deploy", "guest", "mira")


def secret_url(rng: random.Random, _: str) -> Value:
    host, user, word = rng.choice(HOSTS), rng.choice(USERS), drawn(rng, ALNUM, rng.randint(8, 14))
    long, hexed = drawn(rng, URLSAFE, rng.randint(24, 40)), drawn(rng, HEX, 32)
    forms = (
        f"https://{user}:{word}@{host}/",
        f"ftp://{user}:{word}@{host}/files",
        f"postgres://{user}:{word}@{host}:5432/prod",
        f"mongodb+srv://{user}:{word}@cluster0.{drawn(rng, HEX, 5)}.mongodb.net/app",
        f"redis://:{word}@{host}:6379/0",
        f"mysql://{user}:{word}@{host}/shop",
        f"https://{host}/login?token={long}",
        f"https://{host}/reset?email=a&token={hexed}",
        f"https://{host}/api/v1/me?access_token={long}",
        f"https://{host}/feed?id=3&api_key={hexed}",
        f"https://{host}/verify?code={digits(rng, 6)}",
        f"https://{host}/cb#access_token={long}&expires_in=3600",
        f"https://bucket.s3.amazonaws.com/a.zip?X-Amz-Expires=900&X-Amz-Signature={drawn(rng, HEX, 64)}",
        f"https://{host}/f.pdf?sig={long}&se=2026-01-01",
        f"https://hooks.slack.com/services/T{drawn(rng, string.ascii_uppercase, 8)}/B{drawn(rng, string.ascii_uppercase, 8)}/{drawn(rng, ALNUM, 24)}",
        f"https://discord.com/api/webhooks/{digits(rng, 18)}/{drawn(rng, URLSAFE, 68)}",
        f"https://api.telegram.org/bot{digits(rng, 10)}:{drawn(rng, URLSAFE, 35)}/getMe",
        f"https://{host}/magic-link/{drawn(rng, HEX, 40)}",
        f"http://{host}/unsubscribe?sid={hexed}",
        f"https://{host}/s?password={word}",
    )
    return Value(rng.choice(forms))


def invite(rng: random.Random, _: str) -> Value:
    meeting, letters = rng.choice(("3", "7", "8", "9")) + digits(rng, 10), string.ascii_lowercase
    long = drawn(rng, URLSAFE, 44)
    forms = (
        f"https://t.me/+{drawn(rng, URLSAFE, 16)}",
        f"t.me/+{drawn(rng, URLSAFE, 16)}",
        f"https://t.me/joinchat/{drawn(rng, URLSAFE, 22)}",
        f"tg://join?invite={drawn(rng, URLSAFE, 22)}",
        f"https://telegram.me/joinchat/{drawn(rng, URLSAFE, 22)}",
        f"https://zoom.us/j/{meeting}?pwd={drawn(rng, ALNUM, 32)}",
        f"https://us0{digits(rng, 1)}web.zoom.us/j/{meeting}",
        f"https://meet.google.com/{drawn(rng, letters, 3)}-{drawn(rng, letters, 4)}-{drawn(rng, letters, 3)}",
        f"meet.google.com/{drawn(rng, letters, 3)}-{drawn(rng, letters, 4)}-{drawn(rng, letters, 3)}",
        f"https://docs.google.com/document/d/{long}/edit?usp=sharing",
        f"https://docs.google.com/spreadsheets/d/{long}/edit#gid=0",
        f"https://drive.google.com/drive/folders/{drawn(rng, URLSAFE, 33)}",
        f"https://chat.whatsapp.com/{drawn(rng, ALNUM, 22)}",
        f"https://discord.gg/{drawn(rng, ALNUM, 8)}",
        f"discord.gg/{drawn(rng, ALNUM, 8)}",
        f"https://discord.com/invite/{drawn(rng, ALNUM, 8)}",
        f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{drawn(rng, ALNUM, 44)}%40thread.v2/0",
        f"https://www.dropbox.com/scl/fi/{drawn(rng, HEX, 20)}/plan.pdf?rlkey={drawn(rng, HEX, 25)}",
        f"https://disk.yandex.ru/d/{drawn(rng, URLSAFE, 14)}",
        f"https://signal.group/#{long}",
    )
    return Value(rng.choice(forms))
