"""Evaluate the policy for one user and one document, now or at a past time. The result lists all grants that give
access or gave it until they expired, and all labels and exclusions that deny access. The code reads the policy's
history, and is independent of the SQL that enforces the policy.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Mapping[str, Any]
"""A policy row from the history; IDs and times are text."""

VIEWER = 1

Object = Literal["collection", "document", "pack"]


@dataclass(frozen=True, slots=True)
class Moment:
    """The policy rows that existed at `time` and concern one user and one document.

    `user` and `document` are None if they did not exist at that time. `parents` has the IDs of the document's
    collection and of all collections that contain it, nearest first. `barriers` are the labels on the document and on
    these collections. `names` maps the IDs of groups, collections, labels and packs to names.
    """

    time: datetime
    user: State | None
    document: State | None
    parents: Sequence[str]
    group_ids: Sequence[str]
    nestings: Sequence[State]
    grants: Sequence[State]
    packs: Sequence[State]
    barriers: Sequence[State]
    clearances: Sequence[State]
    exclusions: Sequence[State]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Holding:
    """The path of groups through which a user has a right. The user is a direct member of the first group, and the
    last group has the right. `groups` is empty if the user has the right directly.
    """

    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Opening:
    """A grant that covers the document. `held` is the path of groups from the user to the subject of the grant. It is
    empty if the grant names the user. `is_inside` is true if the document is in a subcollection of the granted
    collection. If `has_expired` is true, the grant no longer gives access.
    """

    grant_id: str
    level: int
    held: Holding
    on: Object
    object_id: str
    is_inside: bool
    expires_at: datetime | None
    has_expired: bool


@dataclass(frozen=True, slots=True)
class Closing:
    """An exclusion of the user, or a label for which the user has no valid clearance. Either denies access.
    `cleared_until` is the latest expiry of the user's expired clearances for the label.
    """

    kind: str
    id: str
    on: Object
    object_id: str
    held: Holding = Holding()
    cleared_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AccessDecision:
    """The user's level for the document (0: no access), and the reasons.

    `is_type_unconfirmed` is true if one of the user's packs does not contain the document yet, but would contain it
    after an editor confirmed the type that was read from the document's text.
    """

    is_visible: bool
    level: int
    openings: tuple[Opening, ...]
    closings: tuple[Closing, ...]
    is_disabled: bool
    is_deleted: bool
    is_type_unconfirmed: bool = False


def decide(moment: Moment) -> AccessDecision:
    """Return the user's access at `moment.time`. Grants with the highest level come first, expired grants last."""
    held = list_holdings(moment.user, moment.group_ids, moment.nestings)
    openings = sorted(_list_openings(moment, held), key=_strength)
    closings = (*_list_barriers(moment, held), *_list_exclusions(moment, held))
    is_disabled = moment.user is not None and moment.user["disabled_at"] is not None
    is_deleted = moment.document is not None and moment.document["deleted_at"] is not None
    stands = moment.user is not None and moment.document is not None and not is_disabled and not is_deleted
    level = max((each.level for each in openings if not each.has_expired), default=0)
    is_visible = stands and level > 0 and not closings
    return AccessDecision(
        is_visible=is_visible,
        level=level if is_visible else 0,
        openings=tuple(openings),
        closings=closings,
        is_disabled=is_disabled,
        is_deleted=is_deleted,
        is_type_unconfirmed=_lacks_stated_type(moment, held),
    )


def list_holdings(user: State | None, group_ids: Sequence[str], nestings: Sequence[State]) -> dict[str, Holding]:
    """Return the IDs of the user and of all groups that contain the user at any depth. Each ID maps to the shortest
    path of groups from the user to it.
    """
    if user is None:
        return {}
    above: dict[str, list[str]] = {}
    for nesting in nestings:
        above.setdefault(nesting["member_group_id"], []).append(nesting["group_id"])
    found = {user["id"]: Holding()} | {group: Holding((group,)) for group in sorted(group_ids)}
    waiting = deque(sorted(group_ids))
    while waiting:
        group = waiting.popleft()
        for outer in sorted(above.get(group, ())):
            if outer not in found:
                found[outer] = Holding((*found[group].groups, outer))
                waiting.append(outer)
    return found


def _list_openings(moment: Moment, held: Mapping[str, Holding]) -> Iterator[Opening]:
    document = moment.document
    if document is None:
        return
    packs = {pack["id"] for pack in moment.packs if _holds(pack, document)}
    for grant in moment.grants:
        subject = grant["user_id"] or grant["group_id"]
        if subject not in held:
            continue
        if grant["collection_id"] in moment.parents:
            on: Object = "collection"
            object_id = grant["collection_id"]
        elif grant["document_id"] == document["id"]:
            on, object_id = "document", grant["document_id"]
        elif grant["pack_id"] in packs:
            on, object_id = "pack", grant["pack_id"]
        else:
            continue
        yield Opening(
            grant_id=grant["id"],
            level=VIEWER if on == "pack" else int(grant["level"]),
            held=held[subject],
            on=on,
            object_id=object_id,
            is_inside=on == "collection" and object_id != document["collection_id"],
            expires_at=parse_time(grant["expires_at"]),
            has_expired=has_ended(grant, moment.time),
        )


def _list_barriers(moment: Moment, held: Mapping[str, Holding]) -> Iterator[Closing]:
    for barrier in moment.barriers:
        label_id = barrier["label_id"]
        mine = [
            clearance
            for clearance in moment.clearances
            if clearance["label_id"] == label_id and (clearance["user_id"] or clearance["group_id"]) in held
        ]
        if any(not has_ended(clearance, moment.time) for clearance in mine):
            continue
        on: Object = "collection" if "collection_id" in barrier else "document"
        ended = [parse_time(clearance["expires_at"]) for clearance in mine]
        yield Closing(
            kind="label",
            id=label_id,
            on=on,
            object_id=barrier[f"{on}_id"],
            cleared_until=max((time for time in ended if time is not None), default=None),
        )


def _list_exclusions(moment: Moment, held: Mapping[str, Holding]) -> Iterator[Closing]:
    for exclusion in moment.exclusions:
        subject = exclusion["user_id"] or exclusion["group_id"]
        if subject in held and not has_ended(exclusion, moment.time):
            yield Closing("exclusion", exclusion["id"], "document", exclusion["document_id"], held[subject])


def _lacks_stated_type(moment: Moment, held: Mapping[str, Holding]) -> bool:
    document = moment.document
    if document is None or document["said_type"] is not None:
        return False
    as_read = {**document, "said_type": document.get("document_type")}
    mine = {
        grant["pack_id"]
        for grant in moment.grants
        if (grant["user_id"] or grant["group_id"]) in held and not has_ended(grant, moment.time)
    }
    return any(pack["id"] in mine and _holds(pack, as_read) and not _holds(pack, document) for pack in moment.packs)


def _holds(pack: State, document: State) -> bool:
    """Return whether a pack contains a document. An empty list of types or sources matches all documents."""
    types, sources = pack["document_types"], pack["sources"]
    return (not types or document["said_type"] in types) and (not sources or document["source"] in sources)


def has_ended(row: State, time: datetime) -> bool:
    """Return whether the row's `expires_at` has passed at `time`."""
    end = parse_time(row["expires_at"])
    return end is not None and end <= time


def parse_time(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _strength(opening: Opening) -> tuple[bool, int, int, bool, str]:
    return opening.has_expired, -opening.level, len(opening.held.groups), opening.is_inside, opening.grant_id
