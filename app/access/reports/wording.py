"""Describe an access decision in a sentence. The sentence names groups, collections, labels and packs, and calls the
document "it".
"""

from collections.abc import Mapping
from datetime import datetime

from app.access.reports.decisions import AccessDecision, Closing, Holding, Moment, Opening

_MAY = {1: "may read it", 2: "may read and edit it", 3: "owns it"}
_LEVELS = {1: "viewer", 2: "editor", 3: "owner"}
_SHOWN = 3


def explain(moment: Moment, verdict: AccessDecision, *, person: str) -> str:
    """Return a sentence that states whether `person` may read the document, and why."""
    words = _Words(names=moment.names, person=person)
    open_now = [opening for opening in verdict.openings if not opening.has_expired]
    if verdict.is_visible:
        return f"{person} {_MAY[verdict.level]}: {words.opening(open_now[0])}{_more_openings(len(open_now) - 1)}."
    absence = _absence(moment, verdict)
    if absence is not None:
        return f"{person} may not see it: {absence}."
    though = f", though {words.opening(open_now[0])}" if open_now else ""
    return f"{person} may not see it: {words.refusal(verdict)}{though}."


def _absence(moment: Moment, verdict: AccessDecision) -> str | None:
    """Return why the user or the document is unavailable; None if both are available."""
    reasons = (
        (moment.user is None, "the user did not exist at that time"),
        (moment.document is None, "the document did not exist at that time"),
        (verdict.is_deleted, "it is deleted, so nobody may see it"),
        (verdict.is_disabled, "the user is disabled, and may see no document"),
    )
    return next((words for applies, words in reasons if applies), None)


class _Words:
    def __init__(self, *, names: Mapping[str, str], person: str) -> None:
        self._names = names
        self._person = person

    def refusal(self, verdict: AccessDecision) -> str:
        if verdict.closings:
            closed = [self.closing(closing) for closing in verdict.closings[:_SHOWN]]
            return f"{', and '.join(closed)}{_more_closings(len(verdict.closings) - _SHOWN)}"
        if verdict.openings:
            return self.expired(verdict.openings[0])
        none = f"no grant gives {self._person}, or a group that {self._person} is in, access to it"
        unconfirmed = (
            "; an entitlement pack would contain it if an editor confirmed its type, which was only read from its text"
        )
        return f"{none}{unconfirmed if verdict.is_type_unconfirmed else ''}"

    def opening(self, opening: Opening) -> str:
        return f"{self._holder(opening.held)} is {_LEVELS[opening.level]} of {self._object(opening)}"

    def expired(self, opening: Opening) -> str:
        ended = "" if opening.expires_at is None else f" on {_time(opening.expires_at)}"
        holder = "" if not opening.held.groups else f" of {self._holder(opening.held)}"
        return f"the grant{holder} as {_LEVELS[opening.level]} of {self._object(opening)} expired{ended}"

    def closing(self, closing: Closing) -> str:
        if closing.kind == "exclusion":
            return f"{self._holder(closing.held)} is excluded from it"
        is_own = closing.on == "document"
        labelled = "it" if is_own else f"the collection {self._name(closing.object_id)}, which contains it,"
        until = closing.cleared_until
        cleared = (
            "is not cleared" if until is None else f"is no longer cleared (the clearance expired on {_time(until)})"
        )
        return f"{labelled} has the label {self._names.get(closing.id, closing.id)}, for which {self._person} {cleared}"

    def _holder(self, held: Holding) -> str:
        if not held.groups:
            return self._person
        group = f"the group {self._name(held.groups[-1])}"
        if len(held.groups) == 1:
            return f"{group}, which {self._person} is in,"
        ways = " and ".join(self._name(each) for each in held.groups[:-1])
        return f"{group}, which {self._person} is in through {ways},"

    def _object(self, opening: Opening) -> str:
        if opening.on == "document":
            return "the document itself"
        if opening.on == "pack":
            return f"the entitlement pack {self._name(opening.object_id)}, which contains it"
        where = " in a subcollection" if opening.is_inside else ""
        return f"the collection {self._name(opening.object_id)}, which contains it{where}"

    def _name(self, thing_id: str) -> str:
        return f'"{self._names.get(thing_id, thing_id)}"'


def _more_openings(number: int) -> str:
    if number <= 0:
        return ""
    return " (1 more grant also gives access)" if number == 1 else f" ({number} more grants also give access)"


def _more_closings(number: int) -> str:
    if number <= 0:
        return ""
    one = " (1 more label or exclusion denies access)"
    return one if number == 1 else f" ({number} more labels or exclusions deny access)"


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
