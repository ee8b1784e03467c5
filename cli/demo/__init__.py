"""The whole loop, once, on the sample export: `anselm demo`."""
