"""Pages of papers: reading, writing, history, files."""

from workspace.papers.views import editing, files, history, reading, sealed, typing
from workspace.papers.views.blueprint import bp

__all__ = ["bp", "editing", "files", "history", "reading", "sealed", "typing"]
