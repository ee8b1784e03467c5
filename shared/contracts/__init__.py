"""The wire models: what crosses HTTP, queues and artifact manifests. One module a service."""
