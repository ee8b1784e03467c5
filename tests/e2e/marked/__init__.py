"""A loop with marked words in it, and those who look for the marks."""
