"""Tables of people and organisations."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workspace.db import Base, BigId, Moment
from workspace.permissions import NetworkRole


class Organisation(Base):
    """A municipality or other body a member belongs to."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    created_at: Mapped[datetime] = mapped_column(Moment)


FORMER = "Ehemaliges Mitglied"
"""The name of a person who has left, as it is kept; pages word it in the reader's language."""


class Member(Base):
    """A person with an account."""

    __tablename__ = "member"
    __table_args__ = (Index("ix_member_sort", "sort_key", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    handle: Mapped[str] = mapped_column(String(60), unique=True)
    """How others mention this person: lower-case letters, digits, dots."""
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(250), default="")
    """The folded name, last word first: lists of people stand in this order."""
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case."""
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisation.id"), index=True)
    function: Mapped[str] = mapped_column(String(120), default="")
    """What the person does in the municipality."""
    languages: Mapped[str] = mapped_column(String(120), default="")
    """What the person speaks, in their own words."""
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(2))
    """de or en; None follows the browser."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    """When the person left for good: name, address and profile are gone."""
    print_consent_at: Mapped[datetime | None] = mapped_column(Moment)
    """Since when the name may stay printed in editions after the person has left; None: it may not."""

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")
    roles: Mapped[list[MemberNetworkRole]] = relationship(
        cascade="all, delete-orphan", foreign_keys="MemberNetworkRole.member_id"
    )

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None

    @property
    def has_left(self) -> bool:
        return self.left_at is not None

    @property
    def network_roles(self) -> frozenset[NetworkRole]:
        return frozenset(NetworkRole(row.role) for row in self.roles)


class MemberNetworkRole(Base):
    __tablename__ = "member_network_role"

    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    given_by: Mapped[int | None] = mapped_column(BigId, ForeignKey("member.id"))
    given_at: Mapped[datetime] = mapped_column(Moment)


class Purpose(StrEnum):
    """What a token is for; one never serves for another."""

    LINK = "link"
    """A link that signs in."""
    MAIL = "mail"
    """A link that signs in, asked for by mail because the password is forgotten; lives shorter."""
    CODE = "code"
    """A sign-in whose first step is done and that waits for a code of the second factor."""


class SignInToken(Base):
    """A single-use token of a member; only its hash is kept."""

    __tablename__ = "sign_in_token"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    purpose: Mapped[str] = mapped_column(String(10), default=Purpose.LINK)
    by_link: Mapped[bool] = mapped_column(default=True)
    """For the second step: whether the first one was a link rather than the password."""
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class LoginSession(Base):
    """One signed-in browser; only the hash of its token is kept."""

    __tablename__ = "login_session"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime] = mapped_column(Moment)
    """When the person last proved who they are: at sign-in, or later on the page that asks for it."""
    by_link: Mapped[bool] = mapped_column(default=False)
    """Opened by a link from coordination or mail: for a while the password may be set without the old one."""
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    device: Mapped[str] = mapped_column(String(200), default="")
    """What the browser calls itself, cut."""


class SignInAttempt(Base):
    """A failed sign-in, to slow down guessing; old rows are dropped."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    """Hash of mail address and network address together."""
    at: Mapped[datetime] = mapped_column(Moment)


class SecondFactor(Base):
    """The shared secret of a member's authenticator app (TOTP, RFC 6238)."""

    __tablename__ = "second_factor"

    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary(20))
    created_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    """In force since the first right code; None while it is being set up."""
    last_step: Mapped[int] = mapped_column(BigId, default=0)
    """The 30-second step of the newest code that was used: each serves once."""


class RecoveryCode(Base):
    """A single-use code for the day the phone is lost; only its hash is kept."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AddressChange(Base):
    """A new mail address that waits for its confirmation at both; one for each member, the newest counts."""

    __tablename__ = "address_change"
    __table_args__ = (UniqueConstraint("old_hash"), UniqueConstraint("new_hash"))

    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    old_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    """Hash of the token that went to the address so far."""
    new_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    old_confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    new_confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class KeptForm(Base):
    """The fields of a form that arrived when its session had ended: kept for this browser and this member."""

    __tablename__ = "kept_form"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    session_id: Mapped[int] = mapped_column(BigId, ForeignKey("login_session.id"), index=True)
    """The session the form was written in; moved to the browser's new session at sign-in."""
    member_id: Mapped[int] = mapped_column(BigId, ForeignKey("member.id"))
    path: Mapped[str] = mapped_column(String(500))
    """The page the form stands on."""
    fields: Mapped[str] = mapped_column()
    """JSON: name → list of values; without tokens and files."""
    created_at: Mapped[datetime] = mapped_column(Moment)
