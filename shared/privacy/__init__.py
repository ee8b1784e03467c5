"""What is private in a text, by kind: one detector a module, the same ones at every door."""
