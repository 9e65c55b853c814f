"""Each certificate's place in the status lists, drawn by chance; the code on a document; the titles codes refer to."""

import secrets

import sqlalchemy as sa
from alembic import op

from migrations.append_only import guard, release

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ENTRIES = 131_072
FILL = 98_304
ONLY_ADDED = ("status_entry", "code_name")
CERTIFICATE = sa.table("certificate", sa.column("id", sa.Integer), sa.column("status_index", sa.Integer))
ENTRY = sa.table("status_entry", sa.column("entry", sa.Integer))


def upgrade() -> None:
    op.create_table(
        "status_entry",
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_status_entry")),
    )
    op.create_table(
        "code_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_name")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_code_name_kind_key")),
        sa.UniqueConstraint("kind", "code", "zh", "en", name=op.f("uq_code_name_kind_code_zh_en")),
    )
    op.add_column("issued_document", sa.Column("code_text", sa.String(), nullable=False, server_default=""))
    # SQLite could only do without the default by building the table anew, to which others refer.
    column = sa.Column("status_index", sa.Integer(), nullable=False, server_default="-1")
    op.add_column("certificate", column)
    _draw()
    op.create_index(op.f("ix_certificate_status_index"), "certificate", ["status_index"], unique=True)
    guard(ONLY_ADDED)


def _draw() -> None:
    """Give every certificate an entry by chance; a list is filled to three quarters, then the next is begun."""
    link = op.get_bind()
    waiting = list(link.scalars(sa.select(CERTIFICATE.c.id).order_by(CERTIFICATE.c.id)))
    chance = secrets.SystemRandom()
    drawn: list[int] = []
    for start in range(0, len(waiting), FILL):
        part = waiting[start : start + FILL]
        first = start // FILL * ENTRIES
        drawn += [first + entry for entry in chance.sample(range(ENTRIES), len(part))]
    if not waiting:
        return
    link.execute(sa.insert(ENTRY), [{"entry": entry} for entry in drawn])
    link.execute(
        sa.update(CERTIFICATE)
        .where(CERTIFICATE.c.id == sa.bindparam("one"))
        .values(status_index=sa.bindparam("entry")),
        [{"one": one, "entry": entry} for one, entry in zip(waiting, drawn, strict=True)],
    )


def downgrade() -> None:
    release(ONLY_ADDED)
    op.drop_index(op.f("ix_certificate_status_index"), "certificate")
    op.drop_column("certificate", "status_index")
    op.drop_column("issued_document", "code_text")
    op.drop_table("code_name")
    op.drop_table("status_entry")
