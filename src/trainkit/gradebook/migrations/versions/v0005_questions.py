"""Who is who, which of two sources counts, and what the last look at the submissions left open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables."""
    op.create_table("match", *_about(), sa.Column("said", sa.Text, nullable=False))
    op.create_table(
        "choice",
        *_about(),
        sa.Column("exercise", sa.String(40), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_table(
        "question",
        *_about(),
        sa.Column("exercise", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )


def _about() -> list[sa.Column[int]]:
    trainee = sa.ForeignKey("trainee.id", ondelete="CASCADE")
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("trainee_id", sa.Integer, trainee, nullable=False, index=True),
    ]
