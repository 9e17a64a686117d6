"""Name, description, logo and legal pages of the installation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import delete

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid
from workspace.events import record
from workspace.network.legal import LegalPage, legal_text
from workspace.network.models import LegalText, Network, NetworkLogo
from workspace.network.queries import is_named, the_network
from workspace.papers.pictures import CleanFile, clean_file, fitted
from workspace.permissions import Actor, Permission, require


def found(*, name: str, about: str, is_sample: bool) -> Network:
    """Write the installation's row; once. A sample needs no first start.

    Raises: Conflict when it is there.
    """
    begin_writing()
    if session().get(Network, 1) is not None:
        raise Conflict("not_empty")
    made = Network(
        id=1, name=name, about=about, is_sample=is_sample, created_at=now(), set_up_at=now() if is_sample else None
    )  # fmt: skip
    session().add(made)
    return made


def describe_network(
    actor: Actor, *, name: str, about: str, logo: tuple[str, bytes] | None = None, drops_logo: bool = False
) -> Network:
    """Change the name, what the public start page says, and the logo.

    Args:
        logo: name and content of a picture; made anew from its pixels, as large as a page shows it.
        drops_logo: take the logo away, unless there is a new one.
    Raises: Forbidden; Invalid.
    """
    require(actor, Permission.NETWORK_SETTINGS)
    if not name:
        raise Invalid(fields={"name": "required"})
    for field, value, limit in (
        ("name", name, settings().name_max),
        ("about", about, settings().purpose_max),
    ):
        if len(value) > limit:
            raise Invalid(fields={field: "too_long"}, limit=limit, now=len(value))
    picture = _clean_logo(*logo) if logo is not None else None
    begin_writing()
    row = session().get(Network, 1)
    if row is None:
        row = found(name=name, about=about, is_sample=False)
    row.name, row.about = name, about
    if picture is not None or drops_logo:
        _put_logo(row, picture)
    record(actor, "network.described", name=name)
    return row


def _clean_logo(name: str, data: bytes) -> CleanFile:
    made = clean_file(name, data)
    if made.width is None:
        raise Invalid("file_content", {"file": "logo_no_picture"})
    return fitted(made, settings().logo_width, settings().logo_height)


def _put_logo(row: Network, picture: CleanFile | None) -> None:
    session().execute(delete(NetworkLogo))
    row.logo_hash = row.logo_width = row.logo_height = None
    if picture is not None:
        session().add(NetworkLogo(id=1, media_type=picture.media_type, data=picture.data))
        row.logo_hash = hashlib.sha256(picture.data).hexdigest()
        row.logo_width, row.logo_height = picture.width, picture.height


def finish_first_start(actor: Actor, *, still_open: Sequence[str]) -> None:
    """Say that the workspace is set up: nobody is reminded of the first start any more.

    Args:
        still_open: steps that were left out, for the log.
    Raises: Forbidden; Conflict while the network has no name.
    """
    require(actor, Permission.NETWORK_SETTINGS)
    begin_writing()
    if not is_named():
        raise Conflict("network_unnamed")
    row = the_network()
    if row.set_up_at is None:
        row.set_up_at = now()
        record(actor, "network.set_up", still_open=list(still_open))


def write_legal_text(actor: Actor, page: LegalPage, text: str, *, base: int) -> None:
    """Put a new wording of a legal page in force; the earlier one is kept.

    Args:
        text: Markdown.
        base: the wording that was changed, 0 for the draft.
    Raises: Forbidden; Invalid; Conflict when somebody else put another wording in force meanwhile.
    """
    require(actor, Permission.NETWORK_SETTINGS)
    if not text.strip():
        raise Invalid(fields={"text": "required"})
    if len(text) > settings().legal_max:
        raise Invalid(fields={"text": "too_long"}, limit=settings().legal_max, now=len(text))
    begin_writing()
    before = legal_text(page)
    if before.number != base:
        raise Conflict("legal_changed")
    if before.text == text and not before.is_draft:
        return
    session().add(LegalText(page=page, text=text, changed_at=now(), changed_by=actor.member_id))
    record(actor, "legal_text.written", page=str(page), characters=len(text))
