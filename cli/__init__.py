"""`anselm`, the owner's command line: the embedded stack, and every step of the loop over the services' HTTP APIs."""
