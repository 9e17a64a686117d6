"""Second factor, fresh sign-in, profile, directory; events name people by id only"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NAMED = ("member.admitted", "member.disabled", "member.enabled", "network_role.given", "network_role.taken",
         "group.joined", "group.role_changed", "group.left")


def upgrade() -> None:
    with op.batch_alter_table("member") as table:
        table.add_column(sa.Column("sort_key", sa.String(250), nullable=False, server_default=""))
        table.add_column(sa.Column("languages", sa.String(120), nullable=False, server_default=""))
        table.add_column(sa.Column("left_at", MOMENT, nullable=True))
        table.add_column(sa.Column("print_consent_at", MOMENT, nullable=True))
        table.create_index("ix_member_sort", ["sort_key", "id"])
    with op.batch_alter_table("sign_in_token") as table:
        table.add_column(sa.Column("purpose", sa.String(10), nullable=False, server_default="link"))
        table.add_column(sa.Column("by_link", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("login_session") as table:
        table.add_column(sa.Column("confirmed_at", MOMENT, nullable=False, server_default="2000-01-01 00:00:00+00:00"))
        table.add_column(sa.Column("by_link", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "second_factor",
        sa.Column("member_id", ID, nullable=False),
        sa.Column("secret", sa.LargeBinary(20), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", ID, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_second_factor_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_second_factor")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_recovery_code_member_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code") as table:
        table.create_index(op.f("ix_recovery_code_member_id"), ["member_id"])
    op.create_table(
        "address_change",
        sa.Column("member_id", ID, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("old_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("new_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("old_confirmed_at", MOMENT, nullable=True),
        sa.Column("new_confirmed_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_address_change_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("old_hash", name=op.f("uq_address_change_old_hash")),
        sa.UniqueConstraint("new_hash", name=op.f("uq_address_change_new_hash")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(120), nullable=False),
        sa.Column("function", sa.String(120), nullable=False),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("invited_by", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["working_group.id"], name=op.f("fk_invitation_group_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["member.id"], name=op.f("fk_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("email", name=op.f("uq_invitation_email")),
    )
    op.create_table(
        "invitation_token",
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("invitation_id", ID, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_invitation_token_invitation_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation_token")),
    )
    op.create_index(op.f("ix_invitation_token_invitation_id"), "invitation_token", ["invitation_id"])
    op.create_table(
        "join_request",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("organisation", sa.String(120), nullable=False),
        sa.Column("function", sa.String(120), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_join_request_token_hash")),
    )
    op.create_index(op.f("ix_join_request_email"), "join_request", ["email"])
    connection = op.get_bind()
    index_people(connection)
    take_names_from_events(connection)


def fold(words: str) -> str:
    plain = unicodedata.normalize("NFKD", re.sub("[*_`~\u00ad]+", "", words).lower().replace("ß", "ss"))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def index_people(connection: sa.Connection) -> None:
    """People of before become findable and get their place in lists."""
    rows = connection.execute(sa.text(
        "SELECT m.id, m.name, m.function, m.handle, o.name FROM member m"
        " LEFT JOIN organisation o ON o.id = m.organisation_id"
    )).all()
    for member_id, name, function, handle, place in rows:
        *first, last = fold(name).split() or [""]
        connection.execute(
            sa.text("UPDATE member SET sort_key = :key WHERE id = :id"),
            {"key": " ".join([last, *first])[:250], "id": member_id},
        )
        connection.execute(
            sa.text("INSERT INTO search_document (kind, subject_id, folded) VALUES ('member', :id, :folded)"),
            {"id": member_id, "folded": fold("\n".join([name, place or "", function, "", handle]))},
        )


def take_names_from_events(connection: sa.Connection) -> None:
    """The log held names; now it holds ids alone. This once, it is edited."""
    sqlite = connection.dialect.name == "sqlite"
    op.execute("DROP TRIGGER event_no_update" if sqlite else "DROP TRIGGER event_append_only ON event")
    events = sa.table("event", sa.column("id", ID), sa.column("verb", sa.String), sa.column("facts", sa.JSON))
    leads: dict[int, int] = dict(connection.execute(sa.text(
        "SELECT e.id, g.member_id FROM event e JOIN group_member g ON g.group_id = e.group_id"
        " JOIN member m ON m.id = g.member_id WHERE e.verb = 'group.created' AND g.joined_at = e.at"
    )).all())
    named = sa.select(events).where(events.c.verb.in_((*NAMED, "group.created")))
    for row in connection.execute(named).all():
        facts = {key: value for key, value in row.facts.items() if key != "name" or row.verb == "group.created"}
        if row.verb == "group.created":
            facts["lead"] = leads.get(row.id)
        connection.execute(events.update().where(events.c.id == row.id).values(facts=facts))
    op.execute(
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only'); END"
        if sqlite
        else "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event"
        " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
