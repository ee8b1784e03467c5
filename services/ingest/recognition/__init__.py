"""Names of people whom the export does not list: found once in an import, by a process of its own, before cleaning.

A word is decided upon once, not a message: what stands in dictionaries costs a look, and only words that stay doubtful
are shown to language models, in a few of the contexts that they were met in.
"""
