"""lists of staff and units on their way in, who works where by source, counts of teachers

Revision: 0020, after 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('roster_piece',
    sa.Column('import_id', _BIG, autoincrement=False, nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('import_id', 'number', name=op.f('pk_roster_piece')),
    sqlite_with_rowid=False
    )
    op.create_table('roster_row',
    sa.Column('import_id', _BIG, autoincrement=False, nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('says', sa.String(length=10), nullable=False),
    sa.Column('person_id', _BIG, nullable=True),
    sa.Column('name', sa.String(length=200), nullable=True),
    sa.Column('unit_code', sa.String(length=20), nullable=True),
    sa.Column('school_id', _BIG, nullable=True),
    sa.Column('task', sa.String(length=20), nullable=True),
    sa.Column('is_protected', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=True),
    sa.Column('teachers', sa.Integer(), nullable=True),
    sa.Column('teachers_as_of', sa.Date(), nullable=True),
    sa.Column('fault', sa.String(length=40), nullable=True),
    sa.Column('fault_column', sa.String(length=80), nullable=True),
    sa.Column('fault_value', sa.String(length=80), nullable=True),
    sa.PrimaryKeyConstraint('import_id', 'key', 'number', name=op.f('pk_roster_row')),
    sqlite_with_rowid=False
    )
    op.create_table('teacher_count',
    sa.Column('municipality_id', _BIG, nullable=False),
    sa.Column('school_id', _BIG, autoincrement=False, nullable=False),
    sa.Column('counted_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('teachers', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_teacher_count_municipality_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_teacher_count_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'counted_on', 'source', name=op.f('pk_teacher_count')),
    sqlite_with_rowid=False
    )
    op.create_table('roster_import',
    sa.Column('id', _BIG, nullable=False),
    sa.Column('municipality_id', _BIG, nullable=False),
    sa.Column('person_id', _BIG, nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('file_name', sa.String(length=100), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('list_kind', sa.String(length=20), nullable=True),
    sa.Column('headings', sa.JSON(), nullable=True),
    sa.Column('columns', sa.JSON(), nullable=True),
    sa.Column('is_complete', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('bytes', sa.Integer(), nullable=False),
    sa.Column('rows_expected', sa.Integer(), nullable=True),
    sa.Column('rows_read', sa.Integer(), server_default='0', nullable=False),
    sa.Column('fault', sa.String(length=40), nullable=True),
    sa.Column('fault_detail', sa.String(length=200), nullable=True),
    sa.Column('confirmed_gone', sa.Integer(), nullable=True),
    sa.Column('counts', sa.JSON(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_roster_import_municipality_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_import_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_import'))
    )
    op.create_index(op.f('ix_roster_import_municipality_id'), 'roster_import', ['municipality_id'])
    op.create_table('roster_entry',
    sa.Column('id', _BIG, nullable=False),
    sa.Column('municipality_id', _BIG, nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('person_id', _BIG, nullable=False),
    sa.Column('school_id', _BIG, nullable=False),
    sa.Column('task', sa.String(length=20), nullable=False),
    sa.Column('role_grant_id', _BIG, nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_roster_entry_municipality_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_roster_entry_person_id')),
    sa.ForeignKeyConstraint(['role_grant_id'], ['role_grant.id'], name=op.f('fk_roster_entry_role_grant_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_roster_entry_school_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_roster_entry')),
    sa.UniqueConstraint('municipality_id', 'source', 'key', 'school_id', 'task', name=op.f('uq_roster_entry_municipality_id_source_key_school_id_task'))
    )
    op.create_index(op.f('ix_roster_entry_person_id'), 'roster_entry', ['person_id'])
