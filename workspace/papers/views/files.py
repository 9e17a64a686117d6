"""Pages of papers: files."""

from workspace.papers.views.blueprint import bp

__all__ = ["bp"]
