"""A file of a paper as an answer: shown or saved, never run."""

from __future__ import annotations

import io

from flask import Response, request, send_file

from workspace.papers.attachments import content_of
from workspace.papers.models import Attachment, SealKind
from workspace.papers.seals import require_open
from workspace.web.security import FILE_CSP

ASK_AGAIN = "public, no-cache"
"""Caches may keep it but ask each time whether it still stands: a file never changes, but it may be sealed."""


def send_attachment(attachment: Attachment, *, is_public: bool = False) -> Response:
    """Answer with a file.

    Pictures are shown where they stand, everything else is saved. Its type is the one found by content, and the policy
    lets a page that a browser might make of it do nothing.

    Args:
        is_public: whether everybody may keep it: a file of an edition.
    Raises: Sealed; NotFound when its bytes are gone.
    """
    require_open(SealKind.FILE, attachment.id)
    etag = attachment.content_hash
    if etag in request.if_none_match:
        answer = Response(status=304)
        answer.set_etag(etag)
    else:
        answer = send_file(
            io.BytesIO(content_of(attachment)), mimetype=attachment.media_type, download_name=attachment.name,
            as_attachment=not attachment.is_picture, etag=etag, last_modified=attachment.uploaded_at,
        )  # fmt: skip
    answer.headers["Content-Security-Policy"] = FILE_CSP
    answer.headers["Cache-Control"] = ASK_AGAIN if is_public else "no-store"
    return answer
