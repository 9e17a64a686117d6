"""Files of a paper: added, named for good, read."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from workspace.clock import now
from workspace.config import settings
from workspace.db import begin_writing, session
from workspace.errors import Conflict, Invalid, NotFound
from workspace.events import record
from workspace.papers.models import Attachment, AttachmentContent, Paper
from workspace.papers.pictures import clean_file
from workspace.papers.queries import attachments_of, find_attachment
from workspace.permissions import Actor, Permission, require
from workspace.text.images import images
from workspace.text.leaves import blocks
from workspace.text.nodes import Document, Inline, Link, Mark

NAME = re.compile(r"[^\W_][\w.-]*\.[a-z]{3,4}")
KEPT_NAME = re.compile(r"[\w. -]{1,200}")
"""Nothing else can be the name of a file; not every database takes every character as a question."""
DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for itself: nobody there could save such a file."""


def add_attachment(actor: Actor, paper: Paper, *, name: str, data: bytes) -> Attachment:
    """Add a file to a paper. Its name is never used again in this paper, so old revisions keep their picture.

    Raises: Forbidden; TooLarge; Invalid for a wrong type, content or name; Conflict when the paper is full.
    """
    require(actor, Permission.ATTACHMENT_ADD, paper)
    if actor.member_id is None:
        raise Invalid("no_author")
    name = clean_name(name)
    _check_free(paper, name)
    clean = clean_file(name, data)
    content_hash = hashlib.sha256(clean.data).hexdigest()
    begin_writing()
    session().refresh(paper, with_for_update=True)
    require(actor, Permission.ATTACHMENT_ADD, paper)
    _check_room(paper)
    _check_free(paper, name)
    attachment = Attachment(
        paper_id=paper.id, name=name, name_folded=name.casefold(), media_type=clean.media_type,
        size=len(clean.data), width=clean.width, height=clean.height, content_hash=content_hash,
        uploaded_by=actor.member_id, uploaded_at=now(),
    )  # fmt: skip
    session().add(attachment)
    try:
        session().flush()
    except IntegrityError as error:
        session().rollback()
        raise _taken(name) from error
    session().add(AttachmentContent(attachment_id=attachment.id, data=clean.data))
    record(actor, "file.added", subject_id=attachment.id, paper_id=paper.id, group_id=paper.group_id, name=name)
    return attachment


def clean_name(given: str) -> str:
    """The name under which a file is kept: no folders, no blanks, no control characters, letters of any language.

    "Ablauf (neu).PNG" becomes "Ablauf-neu.png", "../../Maß.jpeg" "Maß.jpeg", "nul.png" "Datei-nul.png".

    Raises: Invalid when nothing fit is left.
    """
    base = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = re.sub(r"[^\w.-]+", "-", base).strip("-").rpartition(".")
    stem, ending = stem.strip("._-"), ending.lower()
    if DEVICE.fullmatch(stem):
        stem = "Datei-" + stem
    # Case-folding may lengthen a name ("ß" becomes "ss"); both forms have to fit.
    longest = settings().attachment_name_max - len(ending) - 1
    while len(stem) > longest or len(stem.casefold()) > longest:
        stem = stem[:-1].rstrip("._-")
    name = stem + dot + ending
    if not NAME.fullmatch(name):
        raise Invalid("file_name", {"file": "file_name"})
    return name


def _check_free(paper: Paper, name: str) -> None:
    if find_attachment(paper.id, name) is not None:
        raise _taken(name)


def _taken(name: str) -> Invalid:
    return Invalid("file_name_taken", {"name": "file_name_taken"}, name=name)


def _check_room(paper: Paper) -> None:
    count = session().scalar(select(func.count(Attachment.id)).where(Attachment.paper_id == paper.id))
    if (count or 0) >= settings().attachments_per_paper:
        raise Conflict("files_full", limit=settings().attachments_per_paper)


def get_attachment(paper_id: int, name: str) -> Attachment:
    """The file of this name in a paper; for those who may read the paper. Raises: NotFound."""
    found = find_attachment(paper_id, name) if KEPT_NAME.fullmatch(name) else None
    if found is None:
        raise NotFound
    return found


def content_of(attachment: Attachment) -> bytes:
    """The bytes of a file. Raises: NotFound when they are gone."""
    content = session().get(AttachmentContent, attachment.id)
    if content is None:
        raise NotFound
    return content.data


def attachments_in(paper: Paper, document: Document) -> list[Attachment]:
    """The files that a text shows as pictures or links to, in order of first mention."""
    return attachments_named(paper, names_in(paper, document))


def attachments_named(paper: Paper, names: Iterable[str]) -> list[Attachment]:
    """The files of these names, in their order; names that no file has are left out."""
    found = {attachment.name_folded: attachment for attachment in attachments_of(paper)}
    wanted = dict.fromkeys(name.casefold() for name in names)
    return [found[name] for name in wanted if name in found]


def names_in(paper: Paper, document: Document) -> list[str]:
    """The names of files that a text means, whether there are such files or not."""
    linked = (linked_file(paper.key, link.target) for link in links_in(document))
    return [image.name for image in images(document)] + [name for name in linked if name is not None]


def linked_file(key: str, target: str) -> str | None:
    """The name of the file of this paper that a link leads to; None for every other link."""
    start = f"/papers/{key}/files/"
    here = target.removeprefix(settings().base_url)
    return unquote(urlsplit(here).path.removeprefix(start)) or None if here.startswith(start) else None


def links_in(document: Document) -> Iterator[Link]:
    """Every link of a text, in order; footnotes last."""
    for block in blocks(document):
        yield from _links((*block.inlines, *block.caption))


def _links(inlines: Iterable[Inline]) -> Iterator[Link]:
    for inline in inlines:
        if isinstance(inline, Link):
            yield inline
        if isinstance(inline, Link | Mark):
            yield from _links(inline.children)
