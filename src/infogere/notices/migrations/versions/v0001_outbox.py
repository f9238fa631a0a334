"""The outbox: what was written, and on its way to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notice_message",
        sa.Column("notice", sa.Text, nullable=False),
        # 1, and more for a further sending of the same notice.
        sa.Column("copy", sa.Integer, nullable=False),
        sa.Column("contract", sa.Text, nullable=False),
        sa.Column("server", sa.Text),
        sa.Column("terms", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("sender", sa.Text, nullable=False),
        sa.Column("message", sa.LargeBinary, nullable=False),
        # What the words were made from, JSON: a further copy is written anew.
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("about", sa.BigInteger),
        sa.Column("written", sa.Text, nullable=False),
        # After this instant it would say something that is no longer so.
        sa.Column("send_before", sa.Text),
        sa.Column("entry", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("notice", "copy"),
    )
    op.create_table(
        "notice_letter",
        sa.Column("notice", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("copy", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("changed", sa.Text, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("answer", sa.Text),
        sa.PrimaryKeyConstraint("notice", "number"),
    )
    op.create_index("notice_letter_waiting", "notice_letter", ["state", "due"])
    op.create_index("notice_message_contract", "notice_message", ["contract", "written"])


def downgrade() -> None:
    op.drop_table("notice_letter")
    op.drop_table("notice_message")
