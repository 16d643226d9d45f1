"""The tables of trainkit 0.1, as its gradebooks were made before they had numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "trainee",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False, unique=True),
        sa.Column("lang", sa.String(8), nullable=False),
    )
    op.create_table(
        "exercise",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("edition", sa.String(40), nullable=False),
        sa.Column("points", sa.Double, nullable=False),
        sa.Column("info", sa.JSON, nullable=False),
        sa.UniqueConstraint("code", "edition"),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "trainee_id",
            sa.Integer,
            sa.ForeignKey("trainee.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("exercise_id", sa.Integer, sa.ForeignKey("exercise.id"), nullable=False, index=True),
        sa.Column("source", sa.String(8), nullable=False),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("plan", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("earned", sa.Double, nullable=False),
        sa.Column("points", sa.Double, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("graded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received", sa.LargeBinary, nullable=True),
        sa.UniqueConstraint("trainee_id", "exercise_id", "source", "content"),
    )
    _parts()


def _parts() -> None:
    """Make the tables of what a submission consists of."""
    op.create_table(
        "execution",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "submission_id", sa.Integer, sa.ForeignKey("submission.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("variant", sa.Integer, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("isolation", sa.String(16), nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("failures", sa.JSON, nullable=False),
        sa.UniqueConstraint("submission_id", "variant"),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "execution_id", sa.Integer, sa.ForeignKey("execution.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("codes", sa.JSON, nullable=False),
        sa.Column("value", sa.JSON, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint("execution_id", "name"),
    )
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "submission_id", sa.Integer, sa.ForeignKey("submission.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("points", sa.Double, nullable=False),
        sa.Column("earned", sa.Double, nullable=False),
        sa.Column("flag", sa.String(16), nullable=False),
        sa.UniqueConstraint("submission_id", "name"),
    )
