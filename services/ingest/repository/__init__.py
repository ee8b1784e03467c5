"""All of the service's SQL, one class an idea. Nothing here commits."""
