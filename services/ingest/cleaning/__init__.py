"""Clean text of raw: what is private by its form, names, pseudonyms."""
