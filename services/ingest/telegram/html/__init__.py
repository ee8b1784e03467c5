"""Telegram Desktop's HTML export, read page by page."""
