"""What coordination sealed; the summary of a sealed revision may be emptied; the log is read by person and by time"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = (
    "id", "paper_id", "number", "base_number", "source", "committed_by", "created_at", "text_hash", "length",
    "restored_number",
)  # fmt: skip
"""What of a revision never changes, sealed or not."""


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("paper_id", ID, nullable=False),
        sa.Column("number", sa.String(100), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_by", ID, nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_seal_paper_id")),
        sa.ForeignKeyConstraint(["sealed_by"], ["member.id"], name=op.f("fk_seal_sealed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("kind", "subject_id", name=op.f("uq_seal_kind_subject_id")),
    )
    op.create_index(op.f("ix_seal_paper_id"), "seal", ["paper_id"])
    op.create_index("ix_event_actor", "event", ["actor_id", "id"])
    op.create_index("ix_event_at", "event", ["at", "id"])
    if op.get_bind().dialect.name == "sqlite":
        _relax_on_sqlite()
    else:
        _relax_on_postgresql()


def _relax_on_sqlite() -> None:
    same = " AND ".join(f"new.{name} IS old.{name}" for name in KEPT)
    sealed = "EXISTS (SELECT 1 FROM seal WHERE kind = 'revision' AND subject_id = old.id)"
    op.execute("DROP TRIGGER revision_no_update")
    op.execute(
        "CREATE TRIGGER revision_no_update BEFORE UPDATE ON revision "
        f"WHEN NOT (new.summary = '' AND {same} AND {sealed}) "
        "BEGIN SELECT RAISE(ABORT, 'revision is append-only'); END"
    )
    for act in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER seal_no_{act.lower()} BEFORE {act} ON seal "
            "BEGIN SELECT RAISE(ABORT, 'seal is append-only'); END"
        )


def _relax_on_postgresql() -> None:
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
    sealed = "EXISTS (SELECT 1 FROM seal WHERE kind = 'revision' AND subject_id = OLD.id)"
    op.execute(
        "CREATE FUNCTION refuse_change_of_revision() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF NEW.summary = '' AND {same} AND {sealed} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    op.execute("DROP TRIGGER revision_append_only ON revision")
    op.execute(
        "CREATE TRIGGER revision_append_only BEFORE UPDATE OR DELETE ON revision "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_revision()"
    )
    op.execute(
        "CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE ON seal "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
