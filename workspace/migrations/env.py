"""Run by Alembic: one transaction for all migrations, both databases."""

from alembic import context
from sqlalchemy import text

from workspace.migrations.tables import metadata

engine = context.config.attributes["engine"]


def is_ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """The search index of each database (SQLite's has shadow tables) is made by SQL, not by models."""
    return not (name or "").startswith(("search_trigram", "ix_search_document_trigram"))


with engine.connect().execution_options(writes=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=False,
        include_object=is_ours,
    )
    with context.begin_transaction():
        if engine.dialect.name == "postgresql":  # several servers may start at once; SQLite's lock is there already
            connection.execute(text("SELECT pg_advisory_xact_lock(7061706572)"))
        context.run_migrations()
    connection.commit()
