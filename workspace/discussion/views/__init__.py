"""Pages of discussion: writing and answering, finding the passage again, all threads of a paper."""

from workspace.discussion.views import listing, pinning, threads
from workspace.discussion.views.blueprint import bp

__all__ = ["bp", "listing", "pinning", "threads"]
