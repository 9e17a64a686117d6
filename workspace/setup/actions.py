"""The link of the first start, and the first account that is made by it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from workspace.accounts.actions import add_first_member
from workspace.accounts.signing_in import hash_token, new_token, open_session, write_token
from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.network.queries import the_network
from workspace.permissions import PUBLIC, NetworkRole
from workspace.setup.models import SetupLink
from workspace.setup.queries import first_person, is_unused


def write_link() -> tuple[str, datetime]:
    """A link for the one who installs the workspace, from the command line only: its path, and until when it is good.

    In an unused database it leads to the first account; later, until the first start is finished, it signs that person
    in. Links printed before stay good.

    Raises: Conflict("set_up") when the first start is finished, or nobody is left who could finish it.
    """
    if the_network().set_up_at is not None:
        raise Conflict("set_up", name=the_network().name)
    if not is_unused():
        member = first_person()
        if member is None:
            raise Conflict("no_admin")
        return f"/sign-in/{write_token(member)}", now() + timedelta(seconds=settings().sign_in_token_life)
    token, until = new_token(), now() + timedelta(seconds=settings().setup_link_life)
    begin_writing()
    session().execute(delete(SetupLink).where(SetupLink.expires_at <= now()))
    session().add(SetupLink(token_hash=hash_token(token), expires_at=until))
    record(PUBLIC, "setup_link.written")
    return f"/setup/link/{token}", until


def is_good(token: str) -> bool:
    """Whether this link still leads to the first account."""
    row = session().get(SetupLink, hash_token(token))
    return row is not None and row.expires_at > now() and is_unused()


def make_first_account(
    token: str, *, name: str, email: str, organisation: str, function: str, password: str, device: str,
    earlier: str | None,
) -> str:  # fmt: skip
    """The first person comes in, with both network roles. Gives the session's token.

    Raises: Invalid("setup_link_used") for a link that is used or expired; Invalid naming the field.
    """
    if not is_good(token):
        raise Invalid("setup_link_used")
    try:
        member = add_first_member(
            name=name, email=email, organisation=organisation, function=function, password=password,
            roles=frozenset(NetworkRole),
        )  # fmt: skip
    except Conflict as error:
        raise Invalid("setup_link_used") from error
    _take(token)
    return open_session(member, device=device, earlier=earlier)


def _take(token: str) -> None:
    """All links go at once; of two people who send theirs at the same instant the second finds none left."""
    gone = session().execute(delete(SetupLink).returning(SetupLink.token_hash, SetupLink.expires_at)).all()
    if not any(row.token_hash == hash_token(token) and row.expires_at > now() for row in gone):
        raise Invalid("setup_link_used")
