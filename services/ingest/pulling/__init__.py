"""An account at Telegram: logging in, choosing chats, fetching them."""

import logging

#: Before Telethon is imported, which is talkative from then on: its lines below an error name servers and requests.
logging.getLogger("telethon").setLevel(logging.ERROR)
