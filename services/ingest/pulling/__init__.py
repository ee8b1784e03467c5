"""Telegram's network: logging in, choosing chats, and fetching them into a file that an import reads."""
