"""The log of live editing, and rescue copies"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "live_document",
        sa.Column("paper_id", ID, nullable=False),
        sa.Column("epoch", ID, nullable=False),
        sa.Column("head", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("owners", sa.LargeBinary(), nullable=False),
        sa.Column("kept_number", sa.Integer(), nullable=False),
        sa.Column("kept_seq", ID, nullable=False),
        sa.Column("kept_state", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("open_since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_live_document_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_live_document")),
    )
    op.create_table(
        "live_update",
        sa.Column("paper_id", ID, nullable=False),
        sa.Column("seq", ID, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_live_update_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", "seq", name=op.f("pk_live_update")),
    )
    op.create_table(
        "rescue_copy",
        sa.Column("id", ID, nullable=False),
        sa.Column("paper_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("base_number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_rescue_copy_paper_id")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_rescue_copy_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescue_copy")),
    )
    op.create_index("ix_rescue_copy_member", "rescue_copy", ["member_id", "paper_id"])
    for column in ("paper_id", "created_at"):
        op.create_index(op.f(f"ix_rescue_copy_{column}"), "rescue_copy", [column])
    op.add_column("revision", sa.Column("log_seq", sa.Integer(), nullable=True))
