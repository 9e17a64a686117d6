"""Tickets of live editing that were used"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_ticket",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_ticket")),
    )
    op.create_index(op.f("ix_used_ticket_used_at"), "used_ticket", ["used_at"])
