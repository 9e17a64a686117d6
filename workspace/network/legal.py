"""Imprint, data protection, accessibility: the text in force, the drafts that come with the software, their gaps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import select

from workspace.config import DAY, HOUR, MINUTE, settings
from workspace.db import session
from workspace.network.models import LegalText
from workspace.network.queries import the_network
from workspace.text import html
from workspace.text.tree import parse

PROSE = Path(__file__).parent / "prose"
GAP = re.compile(r"\[…[^\]\n]*\]")
"""What the operator has still to fill in: "[… Name der Behörde]"."""
TAG_OR_GAP = re.compile(rf"<[^>]*>|{GAP.pattern}")


class LegalPage(StrEnum):
    IMPRINT = "imprint"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"


@dataclass(frozen=True)
class Legal:
    """A legal page as it is now. number: id of the row in force, 0 while the draft is; changed_at: None likewise."""

    page: LegalPage
    text: str
    number: int = 0
    changed_at: datetime | None = None
    changed_by: str = ""

    @property
    def is_draft(self) -> bool:
        """Whether it is the software's draft that nobody here has gone over."""
        return self.number == 0

    @property
    def gap_words(self) -> list[str]:
        """What is still to be filled in, in the order of the text: "Name der Behörde"."""
        return [gap[2:-1].strip() or "…" for gap in GAP.findall(self.text)]

    @property
    def gaps(self) -> int:
        """How many places are still to be filled in."""
        return len(self.gap_words)


def legal_text(page: LegalPage) -> Legal:
    """The text in force: the newest one written here, else the draft."""
    row = session().scalar(select(LegalText).where(LegalText.page == page).order_by(LegalText.id.desc()).limit(1))
    if row is None:
        return Legal(page, draft(page))
    return Legal(page, row.text, row.id, row.changed_at, row.author.name)


def legal_texts() -> Sequence[Legal]:
    """All pages, in the order of the foot of every page."""
    return [legal_text(page) for page in LegalPage]


def draft(page: LegalPage) -> str:
    """The draft that comes with the software, with this installation's name and terms."""
    given = settings()
    return (PROSE / f"{page}.md").read_text(encoding="utf-8").format(
        network=the_network().name,
        session_idle_hours=given.session_idle // HOUR,
        session_days=given.session_absolute // DAY,
        link_days=given.sign_in_token_life // DAY,
        attempt_minutes=given.sign_in_window // MINUTE,
        kept_hours=given.kept_form_life // HOUR,
        invitation_days=given.invitation_life // DAY,
        invitation_kept_days=given.invitations_kept // DAY,
        request_days=given.join_request_life // DAY,
        address_days=given.address_change_life // DAY,
        session_kept_days=given.sessions_kept // DAY,
        mail_link_minutes=given.mail_link_life // MINUTE,
        code_hours=given.code_window // HOUR,
        mail_days=given.mails_kept // DAY,
        job_days=given.jobs_kept // DAY,
        failed_job_days=given.failed_jobs_kept // DAY,
        backups=given.backups_kept,
    )  # fmt: skip


def rendered(text: str, *, mark_gaps: bool) -> str:
    """The text as safe HTML.

    Args:
        mark_gaps: put a mark around each gap, for those who can fill it in.
    """
    made = html.render(parse(text), id_prefix="l-")
    return TAG_OR_GAP.sub(_marked, made) if mark_gaps else made


def _marked(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else f"<mark>{found[0]}</mark>"
