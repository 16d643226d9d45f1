"""What Alembic runs to migrate: in the transaction that it's given.

Alembic loads this file by its path. SQLite can't change a column in place; a migration that does so uses a
batch, which copies the table. Such a table must not be one that others refer to, because dropping the old
copy would delete their rows.
"""

from __future__ import annotations

from alembic import context

from trainkit.gradebook.records import Base


def run() -> None:
    """Run the migrations on the connection that `upgrade` gives."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=Base.metadata, compare_type=True
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # Alembic's name for it
    run()
