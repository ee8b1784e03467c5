"""Writes docs/reference from the code: one module a kind of page, each with ``pages()``: text by file name."""
