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
    "live_document", "live_update", "rescue_copy",
)  # fmt: skip
"""Where sealing empties something."""


@handler(SCRUB, attempts=20)
def scrub(facts: Facts) -> Facts:
    """Raises: JobFailed while a worker has a mail about the paper in hand, or somebody holds the old state open."""
    paper = session().get_one(Paper, facts["paper"])
    begin_writing()
    in_hand = forget_traces(paper, facts["numbers"], facts["comments"])
    session().commit()
    if in_hand:
        raise JobFailed("mail_in_hand")
    if not clear_free_space(session().get_bind().engine):
        raise JobFailed("busy")
    return {}


def clear_free_space(engine: Engine) -> bool:
    """What was deleted stands in free pages, the index and the log of the database until they are written over.

    SQLite: the file is written anew, others wait meanwhile. PostgreSQL: the space is given free for new rows.

    Returns: whether it was done; not while somebody else holds SQLite's log open.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            settled = connection.execution_options(isolation_level="AUTOCOMMIT")
            settled.exec_driver_sql(f"VACUUM {', '.join(TABLES)}")
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("INSERT INTO search_trigram(search_trigram) VALUES ('optimize')")
        cursor.execute("VACUUM")
        is_busy, *_pages = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
        return not is_busy
    finally:
        raw.close()
