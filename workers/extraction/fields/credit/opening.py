"""Rules for what a credit agreement says at its opening: title, dates, parties, and governing law."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from app.documents.metadata import DocumentType, Party, PartyRole
from app.review.evidence import evidence_at
from app.review.proposals import FieldCheck, Proposal, ProposalState, ReadingMethod
from app.review.schemas.definition import FieldSpec
from app.review.values import DateValue, ListValue, PartyValue, TextValue, Value
from workers.extraction.fields.agreements.openings import Day, print_title, read_opening
from workers.extraction.fields.agreements.script import Found, Script, propose, script_of
from workers.extraction.fields.reader import ReadDocument, rule
from workers.extraction.parties import find_parties

_BORROWERS: Final = (PartyRole.BORROWER, PartyRole.CO_BORROWER)
_GROUP: Final = re.compile(
    r"together with ([^,()\"]{2,60}?),? (?:each|collectively)[^()\"]{0,60}\"(?:US |U\.S\. )?Borrowers?\"", re.I
)
_OPENING_END: Final = 20_000
_ROLE_NAMES: Final = {role: role.value.replace("-", " ") for role in PartyRole}


@rule("credit.title", version=1)
def read_title(document: ReadDocument, spec: FieldSpec) -> Proposal:
    title = script_of(document).once(read_opening).title
    found = [] if title is None else [Found(TextValue(print_title(title.text)), ((title.start, title.end),), 0.93)]
    return propose(document, spec, found, ("agreement", "amendment"), is_always=True)


@rule("credit.agreement_date", version=1)
def read_agreement_date(document: ReadDocument, spec: FieldSpec) -> Proposal:
    opening = script_of(document).once(read_opening)
    return propose(
        document, spec, _found_day(opening.own), ("dated as of", "entered into as of", "made on"), is_always=True
    )


@rule("credit.original_agreement_date", version=1)
def read_original_date(document: ReadDocument, spec: FieldSpec) -> Proposal:
    opening = script_of(document).once(read_opening)
    checks = []
    if opening.original and opening.own:
        is_before = opening.original.value <= opening.own.value
        sentence = f"The amended agreement is of {opening.original.value}, this document of {opening.own.value}."
        checks.append(FieldCheck("before-amendment", is_before, sentence))
    terms = ("that certain credit agreement dated as of", "amended and restated", "existing credit agreement")
    return propose(document, spec, _found_day(opening.original), terms, checks=checks)


def _found_day(day: Day | None) -> list[Found]:
    return [] if day is None else [Found(DateValue(day.value), ((day.start, day.end),), day.confidence)]


def _parties(script: Script) -> tuple[Party, ...]:
    return find_parties(script.document.parsed.pages, DocumentType.CREDIT_AGREEMENT)


@rule("credit.borrowers", version=1)
def read_borrowers(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return _propose_parties(document, spec, _BORROWERS)


@rule("credit.guarantors", version=1)
def read_guarantors(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return _propose_parties(document, spec, (PartyRole.GUARANTOR, PartyRole.PARENT))


@rule("credit.arrangers", version=1)
def read_arrangers(document: ReadDocument, spec: FieldSpec) -> Proposal:
    return _propose_parties(
        document,
        spec,
        (PartyRole.ARRANGER, PartyRole.SYNDICATION_AGENT, PartyRole.ISSUING_BANK, PartyRole.COLLATERAL_AGENT),
    )


@rule("credit.administrative_agent", version=1)
def read_agent(document: ReadDocument, spec: FieldSpec) -> Proposal:
    parties = _named(script_of(document), (PartyRole.ADMINISTRATIVE_AGENT,))
    if not parties:
        return propose(document, spec, [], ("administrative agent", "facility agent", "agent"))
    first = parties[0]
    return _proposal(document, spec, [first], PartyValue(first.name, _ROLE_NAMES[first.role]))


def _propose_parties(document: ReadDocument, spec: FieldSpec, roles: Sequence[PartyRole]) -> Proposal:
    parties = _named(script_of(document), roles)
    if not parties:
        terms = tuple(_ROLE_NAMES[role] for role in roles)
        return propose(document, spec, [], terms, absent=0.75, is_always=roles == _BORROWERS)
    values = tuple(PartyValue(party.name, _ROLE_NAMES[party.role]) for party in parties)
    return _proposal(document, spec, parties, ListValue(values))


def _named(script: Script, roles: Sequence[PartyRole]) -> list[Party]:
    """Return the parties of the roles, each name once."""
    named: dict[str, Party] = {}
    for party in script.once(_parties):
        if party.role in roles:
            named.setdefault(re.sub(r"\W+", "", party.name).casefold(), party)
    if not named and roles == _BORROWERS:
        named = {party.name: party for party in _grouped(script)}
    return [replace(party, name=_spelt(script, party.name)) for party in named.values()]


def _grouped(script: Script) -> list[Party]:
    """Return the party that a group of borrowers names: "together with Parent, each a "Borrower"."""
    group = _GROUP.search(script.text, 0, _OPENING_END)
    if group is None:
        return []
    term = group.group(1).strip().removeprefix("the ")
    defined = [
        party for party in script.once(_parties) if re.search(rf"[“\"](?:the )?{re.escape(term)}[”\"]", party.quote)
    ]
    return [replace(party, confidence=0.75) for party in defined[:1]]


def _spelt(script: Script, name: str) -> str:
    """Return a name as the document spells it where it is not in capitals."""
    folded, wanted = script.once(_folded), name.casefold()
    at = folded.find(wanted)
    while at >= 0:
        spelling = script.text[at : at + len(name)]
        if not spelling.isupper() and not spelling.islower():
            return spelling
        at = folded.find(wanted, at + 1)
    return name


def _folded(script: Script) -> str:
    folded = script.text.casefold()
    return folded if len(folded) == len(script.text) else script.text.lower()


def _proposal(document: ReadDocument, spec: FieldSpec, parties: Sequence[Party], value: Value) -> Proposal:
    pages = document.parsed.pages
    quotes = tuple(evidence_at(party.page, pages[party.page - 1].text, party.start, party.end) for party in parties)
    confidence = min(party.confidence for party in parties)
    search = document.search(tuple(_ROLE_NAMES[party.role] for party in parties))
    return Proposal(spec.key, ProposalState.FOUND, value, quotes, ReadingMethod.METADATA, confidence, search=search)
