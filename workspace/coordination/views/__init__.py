"""Pages of coordination: groups, what is sealed, the log."""

from workspace.coordination.views import pages, sealing
from workspace.coordination.views.blueprint import bp

__all__ = ["bp", "pages", "sealing"]
