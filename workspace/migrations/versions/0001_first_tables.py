"""First tables"""


import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('derived',
    sa.Column('key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_derived'))
    )
    with op.batch_alter_table('derived', schema=None) as batch_op:
        batch_op.create_index('ix_derived_paper', ['paper_id'], unique=False)

    op.create_table('network',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('about', sa.String(length=1000), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_network'))
    )
    op.create_table('organisation',
    sa.Column('id', ID, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('name', name=op.f('uq_organisation_name'))
    )
    op.create_table('search_document',
    sa.Column('id', ID, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('subject_id', ID, nullable=False),
    sa.Column('folded', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_document')),
    sa.UniqueConstraint('kind', 'subject_id', name=op.f('uq_search_document_kind_subject_id'))
    )
    op.create_table('sign_in_attempt',
    sa.Column('id', ID, nullable=False),
    sa.Column('key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt'))
    )
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_attempt_key'), ['key'], unique=False)

    op.create_table('working_group',
    sa.Column('id', ID, nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('purpose', sa.String(length=1000), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_group')),
    sa.UniqueConstraint('key', name=op.f('uq_working_group_key')),
    sa.UniqueConstraint('name', name=op.f('uq_working_group_name'))
    )
    op.create_table('member',
    sa.Column('id', ID, nullable=False),
    sa.Column('handle', sa.String(length=60), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('organisation_id', ID, nullable=True),
    sa.Column('function', sa.String(length=120), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_member_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('email', name=op.f('uq_member_email')),
    sa.UniqueConstraint('handle', name=op.f('uq_member_handle'))
    )
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('event',
    sa.Column('id', ID, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', ID, nullable=True),
    sa.Column('verb', sa.String(length=40), nullable=False),
    sa.Column('subject_id', ID, nullable=True),
    sa.Column('paper_id', ID, nullable=True),
    sa.Column('group_id', ID, nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['member.id'], name=op.f('fk_event_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_group', ['group_id', 'id'], unique=False)
        batch_op.create_index('ix_event_paper', ['paper_id', 'id'], unique=False)

    op.create_table('group_member',
    sa.Column('group_id', ID, nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['working_group.id'], name=op.f('fk_group_member_group_id')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_group_member_member_id')),
    sa.PrimaryKeyConstraint('group_id', 'member_id', name=op.f('pk_group_member'))
    )
    with op.batch_alter_table('group_member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_group_member_member_id'), ['member_id'], unique=False)

    op.create_table('login_session',
    sa.Column('id', ID, nullable=False),
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('device', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_login_session_member_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_login_session_token_hash'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_session_member_id'), ['member_id'], unique=False)

    op.create_table('member_network_role',
    sa.Column('member_id', ID, nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('given_by', ID, nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['given_by'], ['member.id'], name=op.f('fk_member_network_role_given_by')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_member_network_role_member_id')),
    sa.PrimaryKeyConstraint('member_id', 'role', name=op.f('pk_member_network_role'))
    )
    op.create_table('paper',
    sa.Column('id', ID, nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=True),
    sa.Column('group_id', ID, nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('abstract', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=300), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('head_number', sa.Integer(), nullable=False),
    sa.Column('entry_count', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('parked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('parked_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['member.id'], name=op.f('fk_paper_created_by')),
    sa.ForeignKeyConstraint(['group_id'], ['working_group.id'], name=op.f('fk_paper_group_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper')),
    sa.UniqueConstraint('key', name=op.f('uq_paper_key')),
    sa.UniqueConstraint('slug', name=op.f('uq_paper_slug'))
    )
    with op.batch_alter_table('paper', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_paper_group_id'), ['group_id'], unique=False)

    op.create_table('sign_in_token',
    sa.Column('token_hash', sa.LargeBinary(length=32), nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_sign_in_token_member_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sign_in_token'))
    )
    with op.batch_alter_table('sign_in_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_token_member_id'), ['member_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('name_folded', sa.String(length=100), nullable=False),
    sa.Column('media_type', sa.String(length=40), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('width', sa.Integer(), nullable=True),
    sa.Column('height', sa.Integer(), nullable=True),
    sa.Column('content_hash', sa.String(length=64), nullable=False),
    sa.Column('uploaded_by', ID, nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_attachment_paper_id')),
    sa.ForeignKeyConstraint(['uploaded_by'], ['member.id'], name=op.f('fk_attachment_uploaded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('paper_id', 'name_folded', name=op.f('uq_attachment_paper_id_name_folded'))
    )
    op.create_table('authorship',
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('runs', sa.LargeBinary(), nullable=False),
    sa.Column('graveyard', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_authorship_paper_id')),
    sa.PrimaryKeyConstraint('paper_id', 'number', name=op.f('pk_authorship'))
    )
    op.create_table('edition',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('major', sa.Integer(), nullable=False),
    sa.Column('minor', sa.Integer(), nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('abstract', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=300), nullable=False),
    sa.Column('authors', sa.String(length=1000), nullable=False),
    sa.Column('group_name', sa.String(length=120), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_hash', sa.String(length=64), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_by', ID, nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_edition_paper_id')),
    sa.ForeignKeyConstraint(['published_by'], ['member.id'], name=op.f('fk_edition_published_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_edition')),
    sa.UniqueConstraint('paper_id', 'major', 'minor', name=op.f('uq_edition_paper_id_major_minor')),
    sa.UniqueConstraint('slug', 'major', 'minor', name=op.f('uq_edition_slug_major_minor'))
    )
    with op.batch_alter_table('edition', schema=None) as batch_op:
        batch_op.create_index('ix_edition_state', ['state', 'published_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_edition_year'), ['year'], unique=False)

    op.create_table('entry',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['member.id'], name=op.f('fk_entry_created_by')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_entry_paper_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry')),
    sa.UniqueConstraint('paper_id', 'number', name=op.f('uq_entry_paper_id_number'))
    )
    op.create_table('kept_form',
    sa.Column('id', ID, nullable=False),
    sa.Column('session_id', ID, nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('path', sa.String(length=500), nullable=False),
    sa.Column('fields', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_kept_form_member_id')),
    sa.ForeignKeyConstraint(['session_id'], ['login_session.id'], name=op.f('fk_kept_form_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_form'))
    )
    with op.batch_alter_table('kept_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_form_session_id'), ['session_id'], unique=False)

    op.create_table('open_editor',
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_open_editor_member_id')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_open_editor_paper_id')),
    sa.PrimaryKeyConstraint('paper_id', 'member_id', name=op.f('pk_open_editor'))
    )
    op.create_table('paper_grant',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('audience', sa.String(length=20), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_paper_grant_paper_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_grant'))
    )
    with op.batch_alter_table('paper_grant', schema=None) as batch_op:
        batch_op.create_index('ix_paper_grant_audience', ['audience', 'until'], unique=False)
        batch_op.create_index(batch_op.f('ix_paper_grant_paper_id'), ['paper_id'], unique=False)

    op.create_table('read_mark',
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_read_mark_member_id')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_read_mark_paper_id')),
    sa.PrimaryKeyConstraint('paper_id', 'member_id', name=op.f('pk_read_mark'))
    )
    op.create_table('revision',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('base_number', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('committed_by', ID, nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text_hash', sa.String(length=64), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.Column('summary', sa.String(length=200), nullable=False),
    sa.Column('restored_number', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['committed_by'], ['member.id'], name=op.f('fk_revision_committed_by')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_revision_paper_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revision')),
    sa.UniqueConstraint('paper_id', 'number', name=op.f('uq_revision_paper_id_number'))
    )
    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.create_index('ix_revision_committer', ['paper_id', 'committed_by', 'number'], unique=False)

    op.create_table('revision_text',
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_revision_text_paper_id')),
    sa.PrimaryKeyConstraint('paper_id', 'number', name=op.f('pk_revision_text'))
    )
    op.create_table('attachment_content',
    sa.Column('attachment_id', ID, nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_attachment_content_attachment_id')),
    sa.PrimaryKeyConstraint('attachment_id', name=op.f('pk_attachment_content'))
    )
    op.create_table('edition_file',
    sa.Column('edition_id', ID, nullable=False),
    sa.Column('attachment_id', ID, nullable=False),
    sa.ForeignKeyConstraint(['attachment_id'], ['attachment.id'], name=op.f('fk_edition_file_attachment_id')),
    sa.ForeignKeyConstraint(['edition_id'], ['edition.id'], name=op.f('fk_edition_file_edition_id')),
    sa.PrimaryKeyConstraint('edition_id', 'attachment_id', name=op.f('pk_edition_file'))
    )
    op.create_table('revision_author',
    sa.Column('revision_id', ID, nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('inserted', sa.Integer(), nullable=False),
    sa.Column('deleted', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_revision_author_member_id')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_revision_author_revision_id')),
    sa.PrimaryKeyConstraint('revision_id', 'member_id', name=op.f('pk_revision_author'))
    )
    with op.batch_alter_table('revision_author', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revision_author_member_id'), ['member_id'], unique=False)

    op.create_table('thread',
    sa.Column('id', ID, nullable=False),
    sa.Column('entry_id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('author_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('by_grant', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', ID, nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['member.id'], name=op.f('fk_thread_author_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_thread_entry_id')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_thread_paper_id')),
    sa.ForeignKeyConstraint(['resolved_by'], ['member.id'], name=op.f('fk_thread_resolved_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_thread_entry_id'))
    )
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.create_index('ix_thread_paper', ['paper_id', 'resolved_at'], unique=False)

    op.create_table('version',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('revision_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', ID, nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['member.id'], name=op.f('fk_version_created_by')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_version_paper_id')),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], name=op.f('fk_version_revision_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_version')),
    sa.UniqueConstraint('paper_id', 'name', name=op.f('uq_version_paper_id_name')),
    sa.UniqueConstraint('revision_id', name=op.f('uq_version_revision_id'))
    )
    op.create_table('comment',
    sa.Column('id', ID, nullable=False),
    sa.Column('thread_id', ID, nullable=False),
    sa.Column('author_id', ID, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['member.id'], name=op.f('fk_comment_author_id')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_comment_thread_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    with op.batch_alter_table('comment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_thread_id'), ['thread_id'], unique=False)

    op.create_table('passage',
    sa.Column('id', ID, nullable=False),
    sa.Column('thread_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('start_at', sa.Integer(), nullable=False),
    sa.Column('end_at', sa.Integer(), nullable=False),
    sa.Column('quote', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('prefix', sa.String(length=64), nullable=False),
    sa.Column('suffix', sa.String(length=64), nullable=False),
    sa.Column('pinned_by', ID, nullable=False),
    sa.Column('pinned_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pinned_by'], ['member.id'], name=op.f('fk_passage_pinned_by')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_passage_thread_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passage'))
    )
    with op.batch_alter_table('passage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passage_thread_id'), ['thread_id'], unique=False)

    op.create_table('submission',
    sa.Column('id', ID, nullable=False),
    sa.Column('paper_id', ID, nullable=False),
    sa.Column('version_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('abstract', sa.Text(), nullable=False),
    sa.Column('contact', sa.String(length=300), nullable=False),
    sa.Column('authors', sa.String(length=1000), nullable=False),
    sa.Column('note', sa.String(length=1000), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_by', ID, nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', ID, nullable=True),
    sa.Column('answer', sa.String(length=1000), nullable=False),
    sa.ForeignKeyConstraint(['answered_by'], ['member.id'], name=op.f('fk_submission_answered_by')),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_submission_paper_id')),
    sa.ForeignKeyConstraint(['submitted_by'], ['member.id'], name=op.f('fk_submission_submitted_by')),
    sa.ForeignKeyConstraint(['version_id'], ['version.id'], name=op.f('fk_submission_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission'))
    )
    with op.batch_alter_table('submission', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_submission_paper_id'), ['paper_id'], unique=False)
        batch_op.create_index('ix_submission_state', ['state', 'submitted_at'], unique=False)

    op.create_table('comment_wording',
    sa.Column('id', ID, nullable=False),
    sa.Column('comment_id', ID, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_comment_wording_comment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment_wording'))
    )
    with op.batch_alter_table('comment_wording', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_comment_wording_comment_id'), ['comment_id'], unique=False)

    op.create_table('mention',
    sa.Column('comment_id', ID, nullable=False),
    sa.Column('member_id', ID, nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_mention_comment_id')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_mention_member_id')),
    sa.PrimaryKeyConstraint('comment_id', 'member_id', name=op.f('pk_mention'))
    )
    with op.batch_alter_table('mention', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mention_member_id'), ['member_id'], unique=False)

    op.create_table('placed',
    sa.Column('passage_id', ID, nullable=False),
    sa.Column('revision_number', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('start_at', sa.Integer(), nullable=True),
    sa.Column('end_at', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['passage_id'], ['passage.id'], name=op.f('fk_placed_passage_id')),
    sa.PrimaryKeyConstraint('passage_id', 'revision_number', name=op.f('pk_placed'))
    )
