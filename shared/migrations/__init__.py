"""Runs the migrations of all services: one Alembic branch a service, in ``services/<name>/migrations``."""
