"""After a sealing: what was kept in the same moment goes too, and the words leave the free space of the database."""

from __future__ import annotations

from sqlalchemy import Engine

from workspace.coordination.actions import SCRUB
from workspace.coordination.traces import forget_traces
from workspace.db import begin_writing, session
from workspace.jobs import Facts, JobFailed, handler
from workspace.papers.models import Paper

TABLES = (
    "revision", "revision_text", "authorship", "version", "passage", "comment", "comment_wording",
    "attachment_content", "edition", "submission", "search_document", "derived", "mail", "kept_form", "notice",
)  # fmt: skip
"""Where sealing empties something."""


@handler(SCRUB, attempts=20)
def scrub(facts: Facts) -> Facts:
    """Raises: JobFailed while a worker has a mail about the paper in hand."""
    paper = session().get_one(Paper, facts["paper"])
    begin_writing()
    in_hand = forget_traces(paper, facts["numbers"], facts["comments"])
    session().commit()
    clear_free_space(session().get_bind().engine)
    if in_hand:
        raise JobFailed("mail_in_hand")
    return {}


def clear_free_space(engine: Engine) -> None:
    """What was deleted stands in free pages, the index and the log of the database until they are written over.

    SQLite: the file is written anew, others wait meanwhile. PostgreSQL: the space is given free for new rows.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            settled = connection.execution_options(isolation_level="AUTOCOMMIT")
            settled.exec_driver_sql(f"VACUUM {', '.join(TABLES)}")
        return
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("INSERT INTO search_trigram(search_trigram) VALUES ('optimize')")
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()
