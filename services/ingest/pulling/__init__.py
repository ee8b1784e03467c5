"""Telegram's network: logging in, choosing chats, and fetching them into a file that an import reads."""

import logging

#: Before Telethon is imported, which is talkative from then on: its lines below an error name servers and requests.
logging.getLogger("telethon").setLevel(logging.ERROR)
