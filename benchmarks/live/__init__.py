"""Live co-editing beside its peers: see `__main__`."""
