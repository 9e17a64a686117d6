"""Pages of coming in, of leaving and of one's own data."""

from workspace.membership.views import invitations, leaving, requests
from workspace.membership.views.blueprint import bp

__all__ = ["bp", "invitations", "leaving", "requests"]
