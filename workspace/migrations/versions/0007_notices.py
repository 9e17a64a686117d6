"""Notices, what members follow, how soon they want mail"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("paper_id", ID, nullable=False),
        sa.Column("thread_id", ID, nullable=True),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("since", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("mailed_at", MOMENT, nullable=True),
        sa.Column("mail_id", ID, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_notice_member_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_notice_paper_id")),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_notice_thread_id")),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_notice_mail_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    unread, waiting = sa.text("read_at IS NULL"), sa.text("read_at IS NULL AND mailed_at IS NULL")
    op.create_index("ix_notice_member", "notice", ["member_id", "changed_at", "id"])
    op.create_index(
        "ix_notice_unread", "notice", ["member_id", "paper_id"], sqlite_where=unread, postgresql_where=unread
    )
    op.create_index("ix_notice_waiting", "notice", ["member_id"], sqlite_where=waiting, postgresql_where=waiting)
    for column in ("paper_id", "created_at", "mail_id"):
        op.create_index(op.f(f"ix_notice_{column}"), "notice", [column])
    for thing in ("paper", "thread"):
        table = f"{thing}_follow"
        op.create_table(
            table,
            sa.Column(f"{thing}_id", ID, nullable=False),
            sa.Column("member_id", ID, nullable=False),
            sa.Column("is_muted", sa.Boolean(), nullable=False),
            sa.ForeignKeyConstraint([f"{thing}_id"], [f"{thing}.id"], name=op.f(f"fk_{table}_{thing}_id")),
            sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id")),
            sa.PrimaryKeyConstraint(f"{thing}_id", "member_id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_member_id"), table, ["member_id"])
    op.create_table(
        "notice_choice",
        sa.Column("member_id", ID, nullable=False),
        sa.Column("topic", sa.String(12), nullable=False),
        sa.Column("pace", sa.String(8), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_notice_choice_member_id")),
        sa.PrimaryKeyConstraint("member_id", "topic", name=op.f("pk_notice_choice")),
    )
