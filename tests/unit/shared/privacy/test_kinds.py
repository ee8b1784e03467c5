"""Each kind in three languages, as people type it, and what looks like it and is not."""

from __future__ import annotations

import pytest

from shared.privacy.detectors import masked

FOUND = [
    ("Тел: +7 (912) 345-67-89", "Тел: <phone>"),
    ("звони 0176 12345678", "звони <phone>"),
    ("tel 5551234", "tel <phone>"),
    ("8 (912) 345-67-89", "<phone>"),
    ("какой у тебя номер? у меня 89123456789", "какой у тебя номер? у меня <phone>"),
    ("name at domain dot com", "<email>"),
    ("ivan собака яндекс точка ру", "<email>"),
    ("max.muster (at) web punkt de", "<email>"),
    ("account number 12345678 routing 021000021", "account number <bank_account> routing <bank_account>"),
    ("р/с 40817810099910004312 БИК 044525225", "р/с <bank_account> БИК <bank_account>"),
    ("Kontonummer 1234567890, BLZ 10050000", "Kontonummer <bank_account>, BLZ <bank_account>"),
    ("BIC DEUTDEFF", "BIC <bank_account>"),
    ("паспорт серия 4508 номер 123456", "паспорт серия <document>"),
    ("снилс 11223344595", "снилс <document>"),
    ("Steuer-ID 86 095 742 719", "Steuer-ID <document>"),
    ("Personalausweis L01X00T47", "Personalausweis <document>"),
    ("whats your passport number? mine is B28365467", "whats your passport number? mine is <document>"),
    ("Geb. 12.03.1985", "Geb. <birth_date>"),
    ("born on March 3, 1990", "born on <birth_date>"),
    ("род. 12.03.85", "род. <birth_date>"),
    ("12.03.1985 г.р.", "<birth_date>"),
    ("B-MW 1234", "<plate>"),
    ("А123ВС77", "<plate>"),
    ("my reg is AB12 CDE", "my reg is <plate>"),
    ("ping 84.12.7.200:8080", "ping <ip>"),
    ("fe80::1ff:fe23:4567:890a", "<ip>"),
    ("00:1A:2B:3C:4D:5E", "<mac>"),
    ("55°45'21\"N 37°37'04\"E", "<coordinates>"),
    ("geo:55.75582,37.61733", "<coordinates>"),
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "<crypto_key>"),
    ("my pw is sunshine", "my pw is <password>"),
    ("пароль: котик", "пароль: <password>"),
    ("qwerty7001 is the password", "<password> is the password"),
    ("hab das passwort auf 693823 geändert", "hab das passwort auf <password> geändert"),
    ("код 123456", "код <code>"),
    ("your code is 4821", "your code is <code>"),
    ("gib 860105 zur bestätigung ein", "gib <code> zur bestätigung ein"),
    ("CVV 123", "CVV <code>"),
    ("my address is 221b Baker Street, London", "my address is <address>"),
    ("живу на Пушкина 10", "живу на <address>"),
    ("wohne in der Schillerstr. 5a", "wohne in der <address>"),
    ("Lena\n778 Via Roma 131\n Apt. 425\n Montafia\n\n Italy 39767", "Lena\n<address>"),
    ("Unit 1293 Box 4311\nDPO AE 01708", "<address>"),
    ("hooks.slack.com/services/T0AB/B0CD/ef", "<link>"),
    ("https://a.example/reset/Zk39dkQpa1", "<link>"),
    ("https://maps.example/?q=52.0849,5.1327", "<link>"),
]
NOTHING = [
    "photo_3@19-11-2024_16-03-53.jpg. nice",
    "llama-2-13b-chat.Q5_K_M.gguf runs",
    "order 123456789",
    "заказ 1234567890",
    "счёт 257-0066 оплачен",
    "в 18-30, позвони",
    "call me in 10 minutes",
    "10-15 min, 3-2, 15000",
    "v1.2.3.4, Chrome 120.0.6099.71",
    "the password is required",
    "пароль это важно",
    "Passwort ist falsch",
    "error code 1234",
    "код ошибки 5003",
    "promo code SAVE2024",
    "code review at 16-15",
    "der code hat 4741 zeilen",
    "I live in Berlin for 10 years",
    "на улице градусов 15",
    "паспорт готов, 5000 рублей",
    "my birthday party is on 12.03.2024",
    "plus 00192 52909 627 52694 12 1037 211, minus 0.34202",
    "commit 3f2a9c1d8e7b6a5f4e3d2c1b0a9f8e7d6c5b4a39",
    "https://shop.example/item/89123456789?ref=AbCdEf0123456789AbCd",
    "look at example dot com",
]


@pytest.mark.parametrize(("text", "clean"), FOUND)
def test_it_is_found(text: str, clean: str) -> None:
    assert masked(text).text == clean


@pytest.mark.parametrize("text", NOTHING)
def test_it_is_nothing(text: str) -> None:
    assert masked(text).text == text
