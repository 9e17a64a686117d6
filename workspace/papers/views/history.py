"""Pages of papers: history."""

from workspace.papers.views.blueprint import bp

__all__ = ["bp"]
