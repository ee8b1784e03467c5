"""Telegram Desktop's export, read as a stream."""
