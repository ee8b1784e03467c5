"""The embedded stack: engines, services, workers and the model server as processes of this machine."""
