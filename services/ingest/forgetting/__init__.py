"""Forgetting: one coordinator for contacts, testers and chats.

What ingest has goes in one transaction, which also writes the receipt and whom there is to tell: an outbox. The places
are told one after the other until each has done its part, also after a kill. Revoking a consent uses the same outbox.
"""
