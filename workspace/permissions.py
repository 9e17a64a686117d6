"""Permission names and the one table of who may do what.

Rules are small functions of (actor, thing): no query, no request. The actor is a value loaded once per request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Protocol

from workspace.errors import Forbidden, NotFound


class Role(StrEnum):
    """Role in a group."""

    READER = "reader"
    REVIEWER = "reviewer"
    EDITOR = "editor"
    LEAD = "lead"


class NetworkRole(StrEnum):
    COORDINATION = "coordination"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a member with roles and grants, or the public (`member_id` None)."""

    member_id: int | None = None
    name: str = ""
    network_roles: frozenset[NetworkRole] = frozenset()
    group_roles: Mapping[int, Role] = field(default_factory=lambda: MappingProxyType({}))
    """Group id → role."""
    grants: frozenset[tuple[int, int]] = frozenset()
    """(paper id, revision number) of frozen texts outside the own groups, valid now."""

    @property
    def is_signed_in(self) -> bool:
        return self.member_id is not None

    def __hash__(self) -> int:
        return hash(self.member_id)


PUBLIC = Actor()


class InGroup(Protocol):
    """A group, or something a group owns."""

    @property
    def group_id(self) -> int: ...


class PaperLike(InGroup, Protocol):
    @property
    def id(self) -> int: ...

    @property
    def is_parked(self) -> bool: ...


class OfPaper(Protocol):
    """Something that belongs to a paper: a revision, a thread, a comment, a submission."""

    @property
    def paper(self) -> PaperLike: ...

    @property
    def revision_number(self) -> int: ...


class Authored(OfPaper, Protocol):
    @property
    def author_id(self) -> int | None: ...


class PersonLike(Protocol):
    @property
    def id(self) -> int: ...


class Permission(StrEnum):
    PAPER_READ = "paper.read"
    VERSION_READ = "version.read"
    EDITION_READ = "edition.read"
    PAPER_CREATE = "paper.create"
    PAPER_DESCRIBE = "paper.describe"
    REVISION_SAVE = "revision.save"
    VERSION_NAME = "version.name"
    ATTACHMENT_ADD = "attachment.add"
    THREAD_OPEN = "thread.open"
    COMMENT_WRITE = "comment.write"
    COMMENT_EDIT = "comment.edit"
    THREAD_RESOLVE = "thread.resolve"
    THREAD_PIN = "thread.pin"
    PAPER_SUBMIT = "paper.submit"
    PAPER_PARK = "paper.park"
    GROUP_SEE = "group.see"
    GROUP_ROLES = "group.roles"
    GROUP_CREATE = "group.create"
    PERSON_ADMIT = "person.admit"
    NETWORK_ROLE_GIVE = "network_role.give"
    SECOND_FACTOR_RESET = "second_factor.reset"
    DIRECTORY_SEE = "directory.see"
    EDITION_PUBLISH = "edition.publish"
    EDITION_WITHDRAW = "edition.withdraw"
    CONTENT_SEAL = "content.seal"
    LOG_READ = "log.read"
    SUBMISSIONS_SEE = "submissions.see"
    NETWORK_SETTINGS = "network.settings"
    OPERATION = "operation.run"


Rule = Callable[[Actor, Any], bool]


def all_of(*rules: Rule) -> Rule:
    return lambda actor, thing: all(rule(actor, thing) for rule in rules)


def any_of(*rules: Rule) -> Rule:
    return lambda actor, thing: any(rule(actor, thing) for rule in rules)


def anybody(actor: Actor, thing: object) -> bool:
    return True


def is_member(actor: Actor, thing: object) -> bool:
    return actor.is_signed_in


def in_group(actor: Actor, thing: InGroup) -> bool:
    return thing.group_id in actor.group_roles


def in_group_as(*roles: Role) -> Rule:
    def rule(actor: Actor, thing: InGroup) -> bool:
        return actor.group_roles.get(thing.group_id) in roles

    return rule


def in_network_as(role: NetworkRole) -> Rule:
    def rule(actor: Actor, thing: object) -> bool:
        return role in actor.network_roles

    return rule


def is_writable(actor: Actor, paper: PaperLike) -> bool:
    return not paper.is_parked


def granted(actor: Actor, thing: OfPaper) -> bool:
    return (thing.paper.id, thing.revision_number) in actor.grants


def of_paper(rule: Rule) -> Rule:
    """A rule about papers, asked of something that belongs to one."""

    def asked(actor: Actor, thing: OfPaper) -> bool:
        return rule(actor, thing.paper)

    return asked


def is_own(actor: Actor, thing: Authored) -> bool:
    return actor.is_signed_in and thing.author_id == actor.member_id


def not_self(actor: Actor, person: PersonLike) -> bool:
    return person.id != actor.member_id


WRITERS = in_group_as(Role.EDITOR, Role.LEAD)
VOICES = in_group_as(Role.REVIEWER, Role.EDITOR, Role.LEAD)
COORDINATION = in_network_as(NetworkRole.COORDINATION)
MAY_COMMENT = any_of(of_paper(all_of(VOICES, is_writable)), all_of(granted, COORDINATION, of_paper(is_writable)))

RULES: Mapping[Permission, Rule] = {
    # Reading. A published edition is public; no rule about an edition ever opens its paper.
    Permission.PAPER_READ: in_group,
    Permission.VERSION_READ: any_of(of_paper(in_group), granted),
    Permission.EDITION_READ: anybody,
    # Writing
    Permission.PAPER_CREATE: WRITERS,
    Permission.PAPER_DESCRIBE: all_of(WRITERS, is_writable),
    Permission.REVISION_SAVE: all_of(WRITERS, is_writable),
    Permission.VERSION_NAME: all_of(WRITERS, is_writable),
    Permission.ATTACHMENT_ADD: all_of(WRITERS, is_writable),
    # Discussing; asked of a text at a revision, a thread or a comment
    Permission.THREAD_OPEN: MAY_COMMENT,
    Permission.COMMENT_WRITE: MAY_COMMENT,
    Permission.COMMENT_EDIT: all_of(MAY_COMMENT, is_own),
    Permission.THREAD_RESOLVE: any_of(of_paper(all_of(WRITERS, is_writable)), all_of(MAY_COMMENT, is_own)),
    Permission.THREAD_PIN: any_of(of_paper(all_of(WRITERS, is_writable)), all_of(MAY_COMMENT, is_own)),
    # Leading
    Permission.PAPER_SUBMIT: all_of(in_group_as(Role.LEAD), is_writable),
    Permission.PAPER_PARK: in_group_as(Role.LEAD),
    Permission.GROUP_SEE: is_member,
    Permission.GROUP_ROLES: in_group_as(Role.LEAD),
    # The network
    Permission.GROUP_CREATE: COORDINATION,
    Permission.PERSON_ADMIT: COORDINATION,
    Permission.NETWORK_ROLE_GIVE: all_of(COORDINATION, not_self),
    Permission.SECOND_FACTOR_RESET: all_of(COORDINATION, not_self),
    Permission.DIRECTORY_SEE: is_member,
    Permission.SUBMISSIONS_SEE: COORDINATION,
    Permission.EDITION_PUBLISH: all_of(COORDINATION, granted),
    Permission.EDITION_WITHDRAW: COORDINATION,
    Permission.CONTENT_SEAL: COORDINATION,
    Permission.LOG_READ: COORDINATION,
    Permission.NETWORK_SETTINGS: in_network_as(NetworkRole.ADMIN),
    Permission.OPERATION: in_network_as(NetworkRole.ADMIN),
}


def can(actor: Actor, permission: Permission | str, thing: object = None) -> bool:
    """Whether the table lets this actor do this. A missing permission is a programming error (ValueError)."""
    return RULES[Permission(permission)](actor, thing)


def require(actor: Actor, permission: Permission, thing: object = None, *, knows: bool = True) -> None:
    """Refuse what the table does not allow.

    Args:
        knows: whether this person may know that the thing exists; decides between 403 and 404.
    Raises: Forbidden, or NotFound when the person may not know of the thing.
    """
    if can(actor, permission, thing):
        return
    raise Forbidden(str(permission)) if knows else NotFound()
