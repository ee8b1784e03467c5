"""One typed async client a service."""
