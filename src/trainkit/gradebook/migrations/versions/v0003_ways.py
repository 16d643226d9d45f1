"""On which way an answer was given: in the notebook, or on the page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; of what was graded before, the kind of submission tells the way."""
    op.add_column("mark", sa.Column("way", sa.String(8), nullable=False, server_default=""))
    op.execute(
        "update mark set way = (select case s.source when 'page' then 'page' else 'notebook' end"
        " from submission s where s.id = mark.submission_id)"
        " where exists (select 1 from execution e join result r on r.execution_id = e.id"
        " where e.submission_id = mark.submission_id and r.name = mark.name"
        " and r.outcome not in ('not attempted', 'not run', 'failed'))"
    )
