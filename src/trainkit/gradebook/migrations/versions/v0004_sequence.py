"""What was handed in last is a sequence: a clock that was wrong once decides nothing for good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; what was there keeps the order that it had."""
    op.add_column("submission", sa.Column("sequence", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "update submission set sequence = (select ranked.place from (select id, row_number() over"
        " (order by seen_at, graded_at, id) as place from submission) ranked"
        " where ranked.id = submission.id)"
    )
