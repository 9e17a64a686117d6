"""Plumbing of the pages: transaction, actor, errors, derived data. Knows no feature."""
