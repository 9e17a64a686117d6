"""Tables of papers, their revisions and their files."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.accounts.models import Member
from workspace.db import Base, BigId, Moment
from workspace.groups.models import Group


class PaperKind(StrEnum):
    POSITION_PAPER = "position_paper"
    WORKING_PAPER = "working_paper"
    PROFESSION_PROFILE = "profession_profile"


class PaperState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"


class Source(StrEnum):
    """How a revision came about."""

    FORM = "form"
    BLOCK = "block"
    MERGE = "merge"
    RESTORE = "restore"
    IMPORT = "import"
    LIVE = "live"
    """A sitting of writing in the live editor."""


class SealKind(StrEnum):
    """What coordination can seal."""

    REVISION = "revision"
    COMMENT = "comment"
    FILE = "file"
    EDITION = "edition"


class Paper(Base):
    """One text with its history."""

    __tablename__ = "paper"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """Random; the address of the paper inside the workspace."""
    slug: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Readable address of its editions, chosen at the first publication."""
    group_id: Mapped[int] = mapped_column(BigId, ForeignKey("working_group.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    abstract: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(String(300), default="")
    """Whom readers of an edition may ask; printed in it."""
    state: Mapped[str] = mapped_column(String(20), default=PaperState.DRAFT)
    head_number: Mapped[int] = mapped_column(default=0)
    """Number of the newest revision."""
    entry_count: Mapped[int] = mapped_column(default=0)
    """Highest number given in the paper's register."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    changed_at: Mapped[datetime] = mapped_column(Moment)
    """When the newest revision was kept."""
    parked_at: Mapped[datetime | None] = mapped_column(Moment)
    parked_reason: Mapped[str] = mapped_column(String(200), default="")

    group: Mapped[Group] = relationship(lazy="joined")

    @property
    def is_parked(self) -> bool:
        return self.parked_at is not None


class Revision(Base):
    """One kept text, numbered 1, 2, 3… per paper; never changed (a trigger refuses it)."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("paper_id", "number"),
        Index("ix_revision_committer", "paper_id", "committed_by", "number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"))
    number: Mapped[int] = mapped_column()
    base_number: Mapped[int | None] = mapped_column()
    """The revision the writer started from; None for the first."""
    source: Mapped[str] = mapped_column(String(10))
    committed_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    text_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the text's UTF-8 bytes, hexadecimal."""
    length: Mapped[int] = mapped_column()
    """Code points."""
    summary: Mapped[str] = mapped_column(String(200), default="")
    restored_number: Mapped[int | None] = mapped_column()
    """For a restore: the revision whose text came back."""
    log_seq: Mapped[int | None] = mapped_column()
    """The last row of the paper's log that is in it wholly; None where the paper had no log."""

    paper: Mapped[Paper] = relationship()
    committer: Mapped[Member] = relationship(lazy="joined")
    authors: Mapped[list[RevisionAuthor]] = relationship(lazy="selectin", cascade="all, delete-orphan")
    version: Mapped[Version | None] = relationship(lazy="selectin", viewonly=True)

    @property
    def revision_number(self) -> int:
        """A revision is a text at its own number, for the rules."""
        return self.number


class RevisionText(Base):
    """The packed text of a revision, see `text.pack`."""

    __tablename__ = "revision_text"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class RevisionAuthor(Base):
    """A member who wrote part of a revision."""

    __tablename__ = "revision_author"

    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("revision.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True, index=True)
    inserted: Mapped[int] = mapped_column(default=0)
    """Words put in."""
    deleted: Mapped[int] = mapped_column(default=0)
    """Words taken out."""

    member: Mapped[Member] = relationship(lazy="joined")


class Authorship(Base):
    """Who wrote which characters of a revision, and who wrote what went before: packed by `text.authorship`."""

    __tablename__ = "authorship"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    runs: Mapped[bytes] = mapped_column(LargeBinary)
    graveyard: Mapped[bytes] = mapped_column(LargeBinary)
    """Sentences that were removed, with their authors: text that comes back gets its old authors."""


class Version(Base):
    """A revision frozen under a name so that people can refer to it."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("paper_id", "name"), UniqueConstraint("revision_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"))
    revision_id: Mapped[int] = mapped_column(BigId, ForeignKey("revision.id"))
    revision_number: Mapped[int] = mapped_column()
    name: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))

    paper: Mapped[Paper] = relationship()


class ReadMark(Base):
    """The revision a member has read last in a paper."""

    __tablename__ = "read_mark"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True)
    revision_number: Mapped[int] = mapped_column()
    read_at: Mapped[datetime] = mapped_column(Moment)


class OpenEditor(Base):
    """A member who opened a paper's edit page lately."""

    __tablename__ = "open_editor"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(Moment)


class PaperGrant(Base):
    """An audience outside the group may see exactly one frozen revision, until a date."""

    __tablename__ = "paper_grant"
    __table_args__ = (Index("ix_paper_grant_audience", "audience", "until"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), index=True)
    revision_number: Mapped[int] = mapped_column()
    audience: Mapped[str] = mapped_column(String(20))
    """coordination"""
    until: Mapped[datetime | None] = mapped_column(Moment)
    """None while the submission that wrote it is open."""


class Attachment(Base):
    """A file of a paper. Its name is unique in the paper and never used again."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("paper_id", "name_folded"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"))
    name: Mapped[str] = mapped_column(String(100))
    name_folded: Mapped[str] = mapped_column(String(100))
    """Case-folded, so that "Bild.png" and "bild.PNG" are one name."""
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int] = mapped_column()
    width: Mapped[int | None] = mapped_column()
    height: Mapped[int | None] = mapped_column()
    content_hash: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    uploaded_at: Mapped[datetime] = mapped_column(Moment)

    paper: Mapped[Paper] = relationship()
    uploader: Mapped[Member] = relationship(lazy="joined")

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


class AttachmentContent(Base):
    """The bytes of an attachment, apart so that lists stay light."""

    __tablename__ = "attachment_content"

    attachment_id: Mapped[int] = mapped_column(BigId, ForeignKey("attachment.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LiveDocument(Base):
    """The state of a paper's log: written at its beginning and when the log is compacted."""

    __tablename__ = "live_document"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigId)
    """Seconds since 1970 at which the log began, or a backup with it was restored: what browsers hold of another epoch
    is another history."""
    head: Mapped[int] = mapped_column(BigId)
    """Number of the newest row: the fence. Who has not seen it may not write the next one."""
    seq: Mapped[int] = mapped_column(BigId)
    """The row up to which `data` goes."""
    data: Mapped[bytes] = mapped_column(LargeBinary)
    """The text up to `seq` as one Yjs update."""
    owners: Mapped[bytes] = mapped_column(LargeBinary)
    """Whose each client id in `data` is."""
    kept_number: Mapped[int] = mapped_column()
    """The newest revision."""
    kept_seq: Mapped[int] = mapped_column(BigId)
    """The row up to which the newest revision has used the log; the rows behind are kept."""
    kept_state: Mapped[bytes] = mapped_column(LargeBinary)
    """What the newest revision is, as a Yjs snapshot: delete set and state vector."""
    written_at: Mapped[datetime] = mapped_column(Moment)
    """When the newest row was written."""
    open_since: Mapped[datetime | None] = mapped_column(Moment)
    """When the first row behind the newest revision was written; None when there is none."""


class LiveUpdate(Base):
    """A row of a paper's log: updates of the text, in the order in which they came."""

    __tablename__ = "live_update"

    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigId, primary_key=True)
    who: Mapped[str] = mapped_column(Text)
    """[[member id, bytes], …] of the updates that `data` holds one behind the other, as JSON."""
    data: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Moment)


class RescueCopy(Base):
    """Text of a member that could not be joined with the paper's by itself; only this member sees it."""

    __tablename__ = "rescue_copy"
    __table_args__ = (Index("ix_rescue_copy_member", "member_id", "paper_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), index=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    base_number: Mapped[int] = mapped_column()
    """The revision the text was made from, as far as the browser knew."""
    text: Mapped[str] = mapped_column(Text)
    """In stored form."""
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)

    paper: Mapped[Paper] = relationship()


class Seal(Base):
    """A content that coordination took away for good, for law or copyright; only this is left of it."""

    __tablename__ = "seal"
    __table_args__ = (UniqueConstraint("kind", "subject_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int] = mapped_column(BigId)
    """Id of the revision, comment, attachment or edition."""
    paper_id: Mapped[int] = mapped_column(BigId, ForeignKey("paper.id"), index=True)
    number: Mapped[str] = mapped_column(String(100))
    """What people call it by: number of the revision or of the register's entry, name of the file, "1.0"."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what was there, hexadecimal: who kept a copy can show that it is this."""
    reason: Mapped[str] = mapped_column(String(1000))
    sealed_at: Mapped[datetime] = mapped_column(Moment)
    sealed_by: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))

    paper: Mapped[Paper] = relationship()
    sealer: Mapped[Member] = relationship(lazy="joined")
