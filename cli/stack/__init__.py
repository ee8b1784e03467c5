"""The embedded stack: PostgreSQL, Valkey, the services, the workers and the model server as processes of this machine."""
