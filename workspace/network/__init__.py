"""The installation as a whole: its settings, start page and search."""
