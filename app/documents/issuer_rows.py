"""The rows of a document's issuer: what the document alone says of its issuer, as `documents.issuer_aliases` has it.

The database writes the rows to `issuer_names` (migrations/sql/0014_issuers.sql).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.documents.issuers import normalise_issuer
from app.documents.metadata import DocumentMetadata, NameKind, NameReading

SURE = 0.6
"""The confidence from which on the name that a document gives is evidence for other documents. Below, other documents
may show whose the document is. Readers of covers, tags and headlines give at least 0.75; a name that merely occurs most
often has 0.5.
"""

_MOST_ROWS, _LONGEST = 60, 200
_IDENTIFIERS = frozenset({NameKind.TICKER, NameKind.CIK, NameKind.LEI})
_GENERIC = re.compile(
    r"(?:the |our |this )?(?:company|companies|registrant|issuer|borrower|parent|corporation|we|us|our|annual report|"
    r"quarterly report|current report|form|sec form|united states|securities and exchange commission|washington|"
    r"table of contents|unknown|none|n a|not applicable)(?: (?:form )?\d.*| on form.*| of the.*)?"
)
"""Matches a normalised name that every issuer's document has."""


def describe_issuer(metadata: DocumentMetadata) -> dict[str, Any]:
    """Return `documents.issuer_aliases`: the normalised names, the key of the issuer record, and the rows of names."""
    rows = list(_rows(metadata))[:_MOST_ROWS]
    return {"names": list(metadata.issuer_aliases), "key": _key(rows), "rows": rows}


def link_of(form: str) -> str:
    """Return the link of a normalised name. Spaces do not count, since they are often read or written differently."""
    return f"name:{form.replace(' ', '')}"


def is_generic(form: str) -> bool:
    """Return whether a normalised name is one that every issuer's document has, or has no letters to go by."""
    return _GENERIC.fullmatch(form) is not None or sum(character.isalpha() for character in form) < 2


def _key(rows: Sequence[dict[str, Any]]) -> str | None:
    """Return the best identifier, else the name; `document` if the document's issuer is unknown, but names are."""
    for role in ("cik", "lei"):
        found = next((row["form"] for row in rows if row["role"] == role), None)
        if found is not None:
            return f"{role}:{found}"
    if not rows:
        return None
    own = next((row for row in rows if row["role"] in ("own", "weak")), None)
    if own is None or own["link"] is None:
        return "document"
    link: str = own["link"]
    return link if own["role"] == "own" else f"weak {link}"


def _rows(metadata: DocumentMetadata) -> Iterator[dict[str, Any]]:
    """Yield a row for each name: those that decide on the record first."""
    identifiers = [name for name in metadata.names if name.kind in _IDENTIFIERS]
    issuer, key = metadata.issuer, normalise_issuer(metadata.issuer or "")
    readings = [name for name in metadata.names if name.kind not in _IDENTIFIERS]
    source = metadata.sources.get("issuer")
    confidence = 0.9 if source is None else source.confidence
    is_sure = confidence >= SURE and bool(key) and not is_generic(key)
    for name in identifiers:
        yield from _identifier(name)
    if issuer and key and not any(normalise_issuer(name.name) == key for name in readings if _is_full(name)):
        place = (None, None, None) if source is None else (source.page, source.start, source.end)
        readings.insert(0, NameReading(issuer, NameKind.TEXT, *place, confidence))
    seen = {(NameKind.SHORT, key)}
    for name in readings:
        form = normalise_issuer(name.name)[:_LONGEST]
        if name.kind is NameKind.CO_REGISTRANT or not form or (name.kind, form) in seen:
            continue
        seen.add((name.kind, form))
        if is_generic(form):
            if form == key:
                yield _row("weak", name, form) | {"form": "", "link": None}  # shown, but found by nobody
            continue
        yield _row(_role(name, form == key, is_sure=is_sure), name, form)
    known = {form for _, form in seen} | {row.name.casefold() for row in identifiers}
    for alias in metadata.issuer_aliases:
        if is_sure and alias not in known:
            yield _row("alias", NameReading(alias, NameKind.TEXT, None, None, None, 0.5), alias) | {"kind": "derived"}


def _is_full(name: NameReading) -> bool:
    return name.kind not in (NameKind.SHORT, NameKind.FORMER, NameKind.CO_REGISTRANT)


def _role(name: NameReading, is_own: bool, *, is_sure: bool) -> str:
    if name.kind is NameKind.FORMER:
        return "former" if name.confidence >= SURE else "seen"
    if name.kind is NameKind.SHORT:
        return "alias"
    if is_own:
        return "own" if is_sure else "weak"
    return "seen" if not is_sure or name.confidence < SURE else "alias"


def _identifier(name: NameReading) -> Iterator[dict[str, Any]]:
    form = name.name.strip().casefold()[:_LONGEST]
    if form and name.confidence >= SURE:
        link = None if name.kind is NameKind.CIK else f"{name.kind.value}:{form}"
        yield _row(name.kind.value, name, form) | {"link": link}


def _row(role: str, name: NameReading, form: str) -> dict[str, Any]:
    return {
        "role": role,
        "kind": name.kind.value,
        "form": form,
        "text": " ".join(name.name.split())[:_LONGEST],
        "link": link_of(form) if role in ("own", "weak", "former", "seen") else None,
        "page": name.page,
        "char_start": name.start,
        "char_end": name.end,
        "confidence": name.confidence,
    }
