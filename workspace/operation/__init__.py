"""Running it: the worker's process, backups, checks, retention, and the pages of the technical administration."""
