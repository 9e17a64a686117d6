"""An installation with one of everything, and a word nobody else uses in each private place."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

from tests.builders import save
from tests.people import People, actor_of
from workspace.clock import now
from workspace.db import session
from workspace.discussion import actions as discussion
from workspace.discussion.models import Comment, Thread, ThreadKind
from workspace.editions import actions as editions
from workspace.editions.models import Edition, Submission
from workspace.jobs import Job
from workspace.jobs.models import Worker
from workspace.mail import Mail
from workspace.papers import actions as papers
from workspace.papers.attachments import add_attachment
from workspace.papers.models import Paper, PaperKind, RescueCopy, Version
from workspace.papers.queries import head_of
from workspace.papers.rescue import keep_rescue

DRAFT = "Quastenflosser"
OLD = "Bernsteinzimmer"
TITLE = "Zwiebelturm"
ABSTRACT = "Nachtigallenschlag"
CONTACT = "leuchtturm"
COMMENT = "Siebenschlaefer"
FORMER = "Wiedehopfgelege"
SUMMARY = "Eichhornkobel"
VERSION = "Haselnuss"
NOTE = "Marderfalle"
FILE = "mondgestein"
RESCUED = "Schwalbennest"
"""In the editor's rescue copy, which nobody else sees."""
SECRETS = (DRAFT, OLD, TITLE, ABSTRACT, CONTACT, COMMENT, FORMER, SUMMARY, VERSION, NOTE, FILE, RESCUED)

SUBMITTED_TEXT = "Flaschenpost"
SUBMITTED_TITLE = "Sanduhrglas"
SUBMITTED_SECRETS = (SUBMITTED_TEXT, SUBMITTED_TITLE)
"""Coordination may know these; nobody else outside the group."""


def picture(colour: str = "navy") -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (24, 16), colour).save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class World:
    people: People
    draft: Paper
    """With an old and a new revision, a version, a thread with an edited comment, a picture; never submitted."""
    submitted: Paper
    """Its version waits for coordination and shows one of its two pictures; head and comments went on."""
    published: Paper
    """Edition 1.0 superseded by 1.1; its head went on with secret words."""
    thread: Thread
    comment: Comment
    version: Version
    submission: Submission
    old_edition: Edition
    edition: Edition
    refused: Mail
    """To the reader, about the draft; the mail server refused it."""
    failed: Job
    rescue: RescueCopy
    """The editor's, of the draft."""


def make_world(people: People) -> World:
    """Everything, committed."""
    draft, thread, version = _draft(people)
    submitted, submission = _submitted(people)
    published, old_edition, edition = _published(people)
    refused, failed = _left_undone(people)
    rescue = keep_rescue(actor_of(people.editor), draft, text=_text(f"{DRAFT} und {RESCUED}"), base=2)
    session().commit()
    return World(
        people, draft, submitted, published, thread, thread.comments[0], version, submission, old_edition, edition,
        refused, failed, rescue,
    )  # fmt: skip


def _left_undone(people: People) -> tuple[Mail, Job]:
    """A mail with secret words that did not arrive, a job that failed; and a worker that lives."""
    mail = Mail(
        kind="probe", member_id=people.reader.id, to_name=people.reader.name, to_address=people.reader.email,
        language="de", subject=f"Neues in {TITLE}", text=f"Dort steht {DRAFT}.", html=f"<p>{COMMENT}</p>",
        message_id="<mail@netz.example>", state="refused", code=550, error="5.1.1 unknown", created_at=now(),
    )  # fmt: skip
    job = Job(name="operation.backup", facts={}, state="failed", error="disk_full", created_at=now())
    session().add_all([mail, job, Worker(id="world", version="0", started_at=now(), seen_at=now())])
    session().commit()
    return mail, job


def _text(words: str) -> str:
    return f"## Anlass\n\nHier steht {words}, und sonst nichts.\n\nEin zweiter Absatz bleibt.\n"


def _paper(people: People, title: str, text: str, **given: str) -> Paper:
    kind = PaperKind.POSITION_PAPER
    paper = papers.create_paper(
        actor_of(people.editor), people.quality, kind=kind, title=title, text=text,
        abstract=given.get("abstract", "Kurz gesagt."), contact=given.get("contact", "ag@netz.example"),
    )  # fmt: skip
    session().commit()
    return paper


def _draft(people: People) -> tuple[Paper, Thread, Version]:
    text = _text(f"{OLD} und {DRAFT}")
    paper = _paper(people, TITLE, text, abstract=ABSTRACT, contact=f"{CONTACT}@netz.example")
    reviewer = actor_of(people.reviewer)
    start = text.index(DRAFT)
    thread = discussion.open_thread(
        reviewer, paper, kind=ThreadKind.REMARK, body=FORMER, revision_number=1, span=(start, start + len(DRAFT))
    )
    session().commit()
    discussion.edit_comment(reviewer, thread.comments[0], f"{COMMENT}, bitte prüfen, @emil")
    session().commit()
    editor = actor_of(people.editor)
    add_attachment(editor, paper, name=f"{FILE}.png", data=picture())
    session().commit()
    save(paper, people.editor, _text(DRAFT) + f"\n![Ein Bild]({FILE}.png)\n", summary=SUMMARY)
    version = papers.name_version(editor, head_of(paper), name=VERSION, note=NOTE)
    session().commit()
    return paper, thread, version


def _submitted(people: People) -> tuple[Paper, Submission]:
    lead = actor_of(people.lead)
    paper = _paper(people, SUBMITTED_TITLE, _text(f"{OLD} und {SUBMITTED_TEXT}"))
    for name, colour in (("ablauf", "teal"), (FILE, "red")):
        add_attachment(actor_of(people.editor), paper, name=f"{name}.png", data=picture(colour))
    session().commit()
    save(paper, people.editor, _text(SUBMITTED_TEXT) + "\n![Ablauf](ablauf.png)\n", summary=SUMMARY)
    version = papers.name_version(lead, head_of(paper), name="K1")
    session().commit()
    submission = editions.submit_version(lead, version, authors="AG Qualität")
    session().commit()
    discussion.open_thread(
        lead, paper, kind=ThreadKind.OBJECTION, body=COMMENT, revision_number=paper.head_number, span=None
    )
    session().commit()
    save(paper, people.editor, _text(DRAFT))
    return paper, submission


def _published(people: People) -> tuple[Paper, Edition, Edition]:
    lead = actor_of(people.lead)
    paper = _paper(people, "Öffentliches Papier", _text("Oeffentliches"))
    editor = actor_of(people.editor)
    add_attachment(editor, paper, name="schaubild.png", data=picture("green"))
    add_attachment(editor, paper, name=f"{FILE}.png", data=picture("red"))
    session().commit()
    made = []
    for name in ("K1", "K2"):
        save(paper, people.editor, _text(f"Oeffentliches {name}") + "\n![Schaubild](schaubild.png)\n")
        version = papers.name_version(lead, head_of(paper), name=name)
        session().commit()
        submission = editions.submit_version(lead, version, authors="AG Qualität")
        session().commit()
        made.append(editions.publish(actor_of(people.coordination), submission))
        session().commit()
    save(paper, people.editor, _text(DRAFT), summary=SUMMARY)
    return paper, made[0], made[1]
