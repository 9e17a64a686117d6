"""Leaving the network and taking one's own data along."""
