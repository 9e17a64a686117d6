"""Pages of papers: reading."""

from workspace.papers.views.blueprint import bp

__all__ = ["bp"]
