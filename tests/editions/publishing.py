"""Papers on their way to publication, for the tests of this folder. Everything is committed."""

from __future__ import annotations

from typing import Any

from tests.builders import make_paper, save
from tests.people import People, actor_of
from workspace.db import session
from workspace.editions import actions
from workspace.editions.models import Edition, Submission
from workspace.papers.actions import name_version
from workspace.papers.models import Paper, Version
from workspace.papers.queries import head_of


def name_head(people: People, paper: Paper, name: str = "F1") -> Version:
    """The newest revision under a name."""
    version = name_version(actor_of(people.lead), head_of(paper), name=name)
    session().commit()
    return version


def submit(people: People, paper: Paper, *, name: str = "F1", **given: Any) -> Submission:
    """The newest revision named and handed to coordination."""
    version = name_head(people, paper, name)
    given.setdefault("authors", "AG Qualität")
    submission = actions.submit_version(actor_of(people.lead), version, **given)
    session().commit()
    return submission


def publish(people: People, paper: Paper | None = None, *, name: str = "F1", **given: Any) -> Edition:
    """The newest revision published; of a new paper when none is given."""
    submitting = {key: given.pop(key) for key in ("authors", "note") if key in given}
    submission = submit(people, paper or make_paper(people), name=name, **submitting)
    edition = actions.publish(actor_of(people.coordination), submission, **given)
    session().commit()
    return edition


def publish_again(people: People, edition: Edition, text: str, *, is_major: bool = False) -> Edition:
    """The next edition of the same paper, with this text."""
    paper = session().get_one(Paper, edition.paper_id)
    save(paper, people.editor, text)
    return publish(people, paper, name=f"F{paper.head_number}", is_major=is_major)
