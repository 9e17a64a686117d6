"""The first start: its links, when it was finished, the network's logo"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("network") as table:
        table.add_column(sa.Column("set_up_at", MOMENT, nullable=True))
        table.add_column(sa.Column("logo_hash", sa.String(64), nullable=True))
        table.add_column(sa.Column("logo_width", sa.Integer(), nullable=True))
        table.add_column(sa.Column("logo_height", sa.Integer(), nullable=True))
    op.execute("UPDATE network SET set_up_at = created_at")
    op.create_table(
        "network_logo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_logo")),
    )
    op.create_table(
        "setup_link",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_setup_link")),
    )
