"""What a persona may be told, and what it may say. Pure functions and one small state machine."""
