"""From clean messages to windowed, split, counted examples."""
