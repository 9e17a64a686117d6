"""Pages of people: sign-in, one's own account, the directory, what coordination does with accounts."""

from workspace.accounts.views import account, addresses, directory, people, second_factor, sign_in
from workspace.accounts.views.blueprint import bp

__all__ = ["account", "addresses", "bp", "directory", "people", "second_factor", "sign_in"]
