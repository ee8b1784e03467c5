"""Maskers and pseudonyms: text in, clean text out."""
