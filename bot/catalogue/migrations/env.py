"""Alembic's entry point; ``bot.catalogue.opening`` hands over the connection."""

from alembic import context

from bot.catalogue.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
