"""Files of a paper: added, named for good, read."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, NotFound
from workspace.events import record
from workspace.papers.models import Attachment, AttachmentContent, Paper
from workspace.papers.pictures import clean_file
from workspace.papers.queries import find_attachment
from workspace.permissions import Actor, Permission, require
from workspace.text.images import images
from workspace.text.tree import parse

NAME = re.compile(r"[^\W_][\w. -]*\.[A-Za-z]{3,4}")


def add_attachment(actor: Actor, paper: Paper, *, name: str, data: bytes) -> Attachment:
    """Add a file to a paper. Its name is never used again in this paper, so old revisions keep their picture.

    Raises: Forbidden; TooLarge; Invalid for a wrong type, content or name; Conflict when the paper is full.
    """
    require(actor, Permission.ATTACHMENT_ADD, paper)
    name = clean_name(name)
    clean = clean_file(name, data)
    begin_writing()
    session().refresh(paper, with_for_update=True)
    require(actor, Permission.ATTACHMENT_ADD, paper)
    _check_room(paper, name)
    if actor.member_id is None:
        raise Invalid("no_author")
    attachment = Attachment(
        paper_id=paper.id, name=name, name_folded=name.casefold(), media_type=clean.media_type,
        size=len(clean.data), width=clean.width, height=clean.height,
        content_hash=hashlib.sha256(clean.data).hexdigest(), uploaded_by=actor.member_id, uploaded_at=now(),
    )  # fmt: skip
    session().add(attachment)
    try:
        session().flush()
    except IntegrityError as error:
        raise Conflict("file_name_taken", name=name) from error
    session().add(AttachmentContent(attachment_id=attachment.id, data=clean.data))
    record(actor, "file.added", subject_id=attachment.id, paper_id=paper.id, group_id=paper.group_id, name=name)
    return attachment


def clean_name(given: str) -> str:
    """The name under which a file is kept: no folders, no control characters, letters of any language.

    Raises: Invalid when nothing fit is left.
    """
    base = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    name = " ".join(re.sub(r"[^\w. -]+", "-", base).split()).strip(" .-")
    stem, dot, ending = name.rpartition(".")
    name = stem[: settings().attachment_name_max - len(ending) - 1].strip(" .-") + dot + ending.lower()
    if not NAME.fullmatch(name):
        raise Invalid("file_name", {"file": "file_name"})
    return name


def _check_room(paper: Paper, name: str) -> None:
    count = session().scalar(select(func.count(Attachment.id)).where(Attachment.paper_id == paper.id))
    if (count or 0) >= settings().attachments_per_paper:
        raise Conflict("files_full", limit=settings().attachments_per_paper)
    if find_attachment(paper.id, name) is not None:
        raise Invalid("file_name_taken", {"file": "file_name_taken"}, name=name)


def content_of(attachment: Attachment) -> bytes:
    """The bytes of a file. Raises: NotFound when they are gone."""
    content = session().get(AttachmentContent, attachment.id)
    if content is None:
        raise NotFound
    return content.data


def attachments_in(paper: Paper, text: str) -> list[Attachment]:
    """The files that a text shows, in order of mention."""
    found = (find_attachment(paper.id, image.name) for image in images(parse(text)))
    return list({a.id: a for a in found if a is not None}.values())
