"""Run by Alembic: one transaction for all migrations, both databases."""

from alembic import context

from workspace.migrations.tables import metadata

engine = context.config.attributes["engine"]


def is_ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """SQLite's search index and its shadow tables are made by SQL, not by models."""
    return not (kind == "table" and (name or "").startswith("search_trigram"))


with engine.connect().execution_options(writes=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        transaction_per_migration=False,
        include_object=is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
