"""Pages of publishing: submitting, the desk of coordination, editions and the library."""

from workspace.editions.views import desk, library, public, submitting
from workspace.editions.views.blueprint import bp

__all__ = ["bp", "desk", "library", "public", "submitting"]
