"""who came from a course: found without reading every score

Revision: 0002, after 0001
"""

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('resource_link', schema=None) as batch_op:
        batch_op.create_index(
            'ix_resource_link_deployment_id_context_id', ['deployment_id', 'context_id'], unique=False
        )

    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.create_index('ix_score_resource_link_id', ['resource_link_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.drop_index('ix_score_resource_link_id')

    with op.batch_alter_table('resource_link', schema=None) as batch_op:
        batch_op.drop_index('ix_resource_link_deployment_id_context_id')
