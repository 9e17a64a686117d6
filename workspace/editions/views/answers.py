"""How public pages are answered: the same for everybody, to be kept and asked about again."""

from __future__ import annotations

from flask import Response, make_response, request

from workspace.web.security import is_public


def public_answer(page: str, *, media_type: str = "text/html") -> Response:
    """A page that caches may keep: no cookie, a tag to ask with, and its language named."""
    answer = make_response(page)
    answer.mimetype = media_type
    answer.vary.add("Accept-Language")
    if is_public():
        answer.add_etag()
        answer.make_conditional(request)
    return answer
