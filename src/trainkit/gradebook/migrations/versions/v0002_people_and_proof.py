"""Rosters, marks by hand, files beside the notebook, evidence of competencies, and the audit trail."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what is new, and derive the evidence of what was graded before."""
    op.create_table(
        "class",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("identity", sa.String(64), nullable=False, server_default=""),
        sa.Column("title", sa.Text, nullable=False, server_default=""),
        sa.Column("lang", sa.String(8), nullable=False, server_default="en"),
    )
    for name in ("display_name", "email", "number", "section"):
        op.add_column("trainee", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("submission", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("submission", sa.Column("grader", sa.String(40), nullable=False, server_default=""))
    op.add_column("submission", sa.Column("lang", sa.String(8), nullable=False, server_default=""))
    op.add_column("execution", sa.Column("not_run", sa.JSON, nullable=False, server_default="[]"))
    with op.batch_alter_table("result") as result:
        result.alter_column(
            "value", existing_type=sa.JSON, type_=sa.Text, nullable=True, postgresql_using="value::text"
        )
    _parts()
    _audit()
    _derive_evidence()


def _parts() -> None:
    op.create_table(
        "handed_file",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "submission_id", sa.Integer, sa.ForeignKey("submission.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("received", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("submission_id", "name"),
    )
    op.create_table(
        "by_hand",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "submission_id", sa.Integer, sa.ForeignKey("submission.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("points", sa.Double, nullable=True),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("assessor", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("submission_id", "name"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "submission_id", sa.Integer, sa.ForeignKey("submission.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("competency", sa.String(8), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("awarded", sa.Double, nullable=False),
        sa.Column("points", sa.Double, nullable=False),
        sa.UniqueConstraint("submission_id", "competency"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, index=True),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column(
            "trainee_id",
            sa.Integer,
            sa.ForeignKey("trainee.id", ondelete="CASCADE"),
            nullable=True,
            index=True,
        ),
    )


def _derive_evidence() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "select s.id, s.earned, s.points, e.info"
            " from submission s join exercise e on e.id = s.exercise_id order by s.id"
        )
    ).all()
    evidence = sa.table(
        "evidence", *(sa.column(n) for n in ("submission_id", "competency", "level", "awarded", "points"))
    )
    for id, earned, points, stored in rows:
        info = json.loads(stored) if isinstance(stored, str) else stored
        for competency in dict.fromkeys(info.get("competencies", ())):
            connection.execute(
                sa.insert(evidence).values(
                    submission_id=id,
                    competency=competency,
                    level=info.get("level", ""),
                    awarded=earned,
                    points=points,
                )
            )
