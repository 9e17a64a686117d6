"""Trigram index over the folded words"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        op.execute("CREATE INDEX ix_search_document_trigram ON search_document USING gin (folded gin_trgm_ops)")
        return
    op.execute(
        "CREATE VIRTUAL TABLE search_trigram USING fts5("
        "folded, content='search_document', content_rowid='id', tokenize='trigram')"
    )
    forget = "INSERT INTO search_trigram(search_trigram, rowid, folded) VALUES ('delete', old.id, old.folded);"
    learn = "INSERT INTO search_trigram(rowid, folded) VALUES (new.id, new.folded);"
    for act, body in (("INSERT", learn), ("DELETE", forget), ("UPDATE", forget + " " + learn)):
        op.execute(
            f"CREATE TRIGGER search_document_{act.lower()} AFTER {act} ON search_document BEGIN {body} END"
        )
