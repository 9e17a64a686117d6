"""Pages of the installation: start, search, help, settings, legal pages."""

from workspace.network.views import legal, pages, start
from workspace.network.views.blueprint import bp

__all__ = ["bp", "legal", "pages", "start"]
