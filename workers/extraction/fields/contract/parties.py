"""The parties of a contract: their names, and the short names that the contract gives them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.review.evidence import Evidence
from app.review.proposals import FieldCheck
from app.review.schemas.definition import FieldSpec
from app.review.values import ListValue, PartyValue
from workers.extraction.fields.contract.opening import SENTENCE_END, Opening, find_opening
from workers.extraction.fields.contract.signatures import find_signing
from workers.extraction.fields.flow import Flow
from workers.extraction.fields.grading import Graded, graded_rule
from workers.extraction.fields.reader import ReadDocument
from workers.extraction.names.spelling import LEGAL_FORM

_TERMS: Final = ("by and between", "by and among", "between", "Party A", "(1) … and (2) …", "IN WITNESS WHEREOF")
_MOST: Final = 20

# ("Short"), (hereinafter referred to as "Short"), (the "Short" or the "Other")
_DEFINED: Final = re.compile(
    r"\([^()\"]{0,160}?[\"']{1,2}([^\"()]{1,80}?),?[\"']{1,2}[^()]{0,160}\)|\(hereinafter,? +(?:called +"
    r"|referred +to +as +)?(?:the +)?([A-Z][\w&.' -]{1,60})\)"
)
_LATER: Final = re.compile(
    r",? +(?:hereinafter|hereafter|herein)(?: +(?:called|referred +to +as|known +as|and))*,? +(?:the +)?[\"']"
    r"([^\"]{1,80}?),?[\"']"
)
# (Developer), (the Effective Date)
_UNQUOTED: Final = re.compile(r"\((?:the +|hereinafter +)?([A-Z][\w&.'-]*(?: +[A-Z][\w&.'-]*){0,3}) *\)")
_BOTH: Final = re.compile(
    r"^(?:the )?(?:part(?:y|ies)|agreement|contract|effective date|commencement date|execution date|signing date"
    r"|agreement date"
    r"|date|(?:initial |renewal |primary )?term|addendum|services?|products?|company group|affiliates?"
    r"|msa|license|.* agreement|.* date)$",
    re.IGNORECASE,
)
_TOGETHER: Final = re.compile(
    r"\b(?:each|collectively|together|individually|both|either|jointly|singularly)\b", re.IGNORECASE
)
_WITH_GROUP: Final = re.compile(r"\b(?:subsidiar(?:y|ies)|affiliates?|successors)\b", re.IGNORECASE)
# What follows a name: ", a Delaware corporation", " having its office at", ", with an address", " located at".
_TAIL: Final = re.compile(
    r"(?:,? +|,)(?:(?i:an? +(?:[\w.-]+ +){0,6}?(?:corporation|company|compan(?:y|ies)|partnership|association"
    r"|trust|bank|entity|individual|person|resident|citizen|firm|proprietorship|municipality|organi[sz]ation"
    r"|university|institution|subsidiary|division|cooperative|society|foundation|business))\b"
    r"|an? +[A-Z]\w+(?: +\w+){0,3} +(?:Corporation|Company|LLC|Limited|Partnership)\b"
    r"|(?:having|with|whose|located|organi[sz]ed|incorporated|established|existing|registered|acting|formed"
    r"|doing|of +\d+|at +\d+|ACN|ABN|residing|being|on +behalf|for +itself"
    r"|its|their|d/b/a|dba|t/a|as +(?:the +)?[a-z]|in "
    r"+its|by +and|on +the +one|on +the +other|and +its|together|including|who|which|whereby|OBA|for +the"
    r"|regarding|pursuant|effective|dated|entered|\(\"?[A-Z])\b"
    r"|\d|\(|\[|P\.? ?O\.? +Box|principal|the +(?:party|other))",
)
_ABBREVIATED: Final = re.compile(r"(?:\b(?:Inc|INC|Corp|CORP|Co|CO|Ltd|LTD|Jr|Sr|Bros|LLC|No)|\b[A-Z]|\.[A-Za-z])\.$")
_SPLIT: Final = re.compile(r";(?: +and)? +|,? +(?:and|AND|And):?(?: +between| +among)? +(?=[\"'(\[A-Z0-9])")
_LEAD: Final = re.compile(
    r"^(?:[\s,;:.*-]|and\b|AND\b|\(?(?:[1-9]|i{1,3}|iv|v|vi|[a-h])\)|[1-9]\.|(?:on +the +one +(?:hand|part)|on "
    r"+the +other(?: +(?:hand|part))?)|(?:the +)?following +parties|the +undersigned|between|among|the(?= "
    r"+[A-Z]))+[\s,;:]*",
    re.IGNORECASE,
)
_NEXT_NUMBER: Final = re.compile(r"[\s,;.]*(?:and +)?\(?(?:[2-9]|ii|iii|iv|v|b|c|d)\)", re.IGNORECASE)
# and its wholly owned subsidiary Example LLC
_SUBSIDIARY: Final = re.compile(
    r"\band +(?:its|their) +(?:[\w-]+ +){0,3}(?:subsidiar(?:y|ies)|affiliates?|parent),? +(?=[A-Z])"
)
_FORM: Final = (
    rf"(?:{LEGAL_FORM}|Bank|BANK|University|UNIVERSITY|Fund|FUND|Institute|Foundation|FOUNDATION|Hospital|Authority"
    rf"|District|Press|GmbH|B\.V|BV|Pty)"
)
_HAS_FORM: Final = re.compile(rf"(?:^|[\s,]){_FORM}\.?\)?$")
_CAPITALS: Final = re.compile(r"[A-Z0-9][\w.&'/-]*")
_LISTED: Final = re.compile(
    r"\b(?:PARTY|Party) +(?:[A-D1-4]|ONE|TWO|One|Two) *: *(?P<name>[A-Z][^;:\n(]{2,100}?)(?= *(?:\(|;|Address"
    r"|Legal|Registered|,? +a |Party|PARTY|  ))"
)
_SIGNED: Final = re.compile(
    r"\bIN +WITNESS +WHEREOF\b|\b(?:AGREED +(?:TO +)?AND +ACCEPTED|ACCEPTED +AND +AGREED|AGREED +TO +(?:BY|AND))\b",
    re.IGNORECASE,
)
_BY: Final = re.compile(r"(?P<name>[A-Z][\w&.,'() -]{3,90}?)\s+(?:By|BY|Signature|SIGNATURE|Signed|Per) *:")
_FORM_NAME: Final = re.compile(rf"[A-Z0-9][\w&.'-]*(?: +[\w&.'-]+){{0,7}}?,? +{_FORM}\b\.?")
_ROLES: Final = frozenset(
    [
        "licensor",
        "licensee",
        "franchisor",
        "franchisee",
        "supplier",
        "customer",
        "distributor",
        "manufacturer",
        "seller",
        "buyer",
        "purchaser",
        "vendor",
        "client",
        "contractor",
        "consultant",
        "provider",
        "sponsor",
        "lessor",
        "lessee",
        "landlord",
        "tenant",
        "agent",
        "company",
        "borrower",
        "lender",
        "employer",
        "executive",
        "reseller",
        "publisher",
        "owner",
        "operator",
        "shipper",
        "transporter",
        "developer",
        "affiliate",
        "servicer",
        "trustee",
        "administrator",
        "subscriber",
        "partner",
    ]
)


# Customer: Ridgefield General Hospital
_ROLE_LABEL: Final = re.compile(
    rf"(?:^|  |[.;] +)(?P<role>(?i:{'|'.join(sorted(_ROLES))}|service +(?:company|provider))) *: +"
    r"(?P<name>[A-Z][\w&.,' -]{2,100}?)(?=  |$)"
)
_CAPITALISED: Final = re.compile(r"(?:[A-Z0-9][\w&.'-]*|of|and|the|&)(?:,? +(?:[A-Z0-9][\w&.'-]*|of|and|the|&)){0,8}$")
_CONNECTOR: Final = re.compile(r"^(?:(?:of|and|the) +)+")
_FIRST_SENTENCES: Final = 60


@dataclass(frozen=True, slots=True)
class _Read:
    """A party, at `start` to `end` of the flow."""

    party: PartyValue
    start: int
    end: int


@graded_rule("contract.parties", version=5)
def read_parties(document: ReadDocument, spec: FieldSpec) -> Graded:  # noqa: ARG001 - all rules have this signature
    """Read the parties of the opening; else a list of parties, or the signatures."""
    flow = document.flow
    signed = _signatures(flow)
    opening = find_opening(document)
    if opening is not None:
        read = _unique(_of_opening(flow, opening))
        defined = sum(each.party.short is not None for each in read)
        if len(read) >= 2:
            return _graded(flow, read, "opening, defined" if defined >= 2 else "opening", signed)
        if defined and len(signed) < 2:
            return _graded(flow, read, "opening, one", signed)
    for grade, found in (("listed", _listed(flow)), ("labelled", _labelled(flow)), ("sentence", _introduced(flow))):
        read = _unique(found)
        if len(read) >= 2:
            return _graded(flow, read, grade, signed)
    if len(signed) >= 2:
        return _graded(flow, signed, "signatures", signed)
    return Graded(None, (), "none", _TERMS)


def _graded(flow: Flow, read: list[_Read], grade: str, signed: list[_Read]) -> Graded:
    evidence: list[Evidence] = []
    for each in read:
        evidence.extend(flow.evidence(each.start, each.end))
    checks = []
    if signed and grade != "signatures":
        names = {_plain(each.party.name) for each in signed}
        missing = [each.party.name for each in read if _plain(each.party.name) not in names]
        sentence = f"No signature of {missing[0]} was found." if missing else "Each party has a signature."
        checks.append(FieldCheck("signed-by-all", passed=not missing, sentence=sentence))
    return Graded(
        ListValue(tuple(each.party for each in read[:_MOST])), tuple(evidence), grade, _TERMS, checks=tuple(checks)
    )


def _of_opening(flow: Flow, opening: Opening) -> Iterator[_Read]:
    """Yield the parties of an opening. A defined term ends each, or else "and" divides them."""
    text = flow.text[opening.parties : opening.end].replace('["', '("').replace('"]', '")')
    for found in _merged(text):
        group = list(_FORM_NAME.finditer(text, 0, found.start())) if _is_group(text, found) else []
        if len(group) >= 2:
            for name in group:
                yield _read(flow, opening.parties + name.start(), opening.parties + name.end(), None)
            text = f"{' ' * found.end()}{text[found.end() :]}"
        elif _is_for_both(found):  # it belongs to no name
            text = f"{text[: found.start()]}{' ' * (found.end() - found.start())}{text[found.end() :]}"
    terms = [found for found in _merged(text) if not _is_for_both(found)]
    if not terms:
        terms = [found for found in _UNQUOTED.finditer(text) if not _is_for_both(found)]
    if not terms:
        yield from _undefined(text, opening.parties)
        return
    start = 0
    for number, found in enumerate(terms):
        if number > 1 and SENTENCE_END.search(text, start, found.start()):
            return
        place = _name_in(text, start, found.start(), is_first=number == 0)
        if place is None or place[1] - place[0] < 3:
            # "and (Client) Example Inc.": the term comes before the name.
            place = _name_in(text, found.end(), found.end() + 150, is_first=True)
        start = found.end()
        if place is None:
            continue
        first, last = place
        short = " ".join((found[found.lastindex or 0] or "").split()).strip(" .,'")
        yield _read(flow, opening.parties + first, opening.parties + last, short or None)
        beside = _SUBSIDIARY.search(text, last, found.start())
        place = None if beside is None else _name_in(text, beside.end(), found.start(), is_first=True)
        if place is not None and _HAS_FORM.search(text[place[0] : place[1]]):
            yield _read(flow, opening.parties + place[0], opening.parties + place[1], short or None)
    # A last party without a short name of its own.
    rest = text[start : start + 400]
    found_rest = re.match(r"[^.;]{0,200}?,? +and +", rest)
    if len(terms) == 1 and found_rest:
        yield from _undefined(rest[found_rest.end() :], opening.parties + start + found_rest.end())


def _merged(text: str) -> list[re.Match[str]]:
    found = [*_DEFINED.finditer(text), *_LATER.finditer(text)]
    return sorted(found, key=lambda each: each.start())


def _is_group(text: str, found: re.Match[str]) -> bool:
    """Return whether a term names the first parties together ("A Inc. and B LLC (collectively, the Sellers)"), and
    another party follows.
    """
    together = _TOGETHER.search(found.string[found.start() : found.start(found.lastindex or 0)])
    later = text[found.end() : found.end() + 300]
    return bool(together and not _BOTH.match((found[found.lastindex or 0] or "").strip())) and bool(
        _DEFINED.search(later) and not _DEFINED.search(text, 0, found.start())
    )


def _is_for_both(found: re.Match[str]) -> bool:
    """Return whether a defined term is not that of one party: "together the Parties", "the Effective Date"."""
    group = found.lastindex or 0
    before = found.string[found.start() : found.start(group)]
    return bool(_BOTH.match(" ".join((found[group] or "").split()))) or (
        _TOGETHER.search(before) is not None
        and not _WITH_GROUP.search(found.string, max(found.start() - 120, 0), found.start())
    )


def _name_in(text: str, start: int, end: int, *, is_first: bool) -> tuple[int, int] | None:
    """Return the place of the name in the words between two defined terms."""
    chunk = text[start:end]
    if not is_first:
        # The chunk begins with what follows the previous name: the name comes after the last "and", or a semicolon.
        splits = [] if _NEXT_NUMBER.match(chunk) else list(_SPLIT.finditer(chunk))
        if not splits:
            lead = _LEAD.match(chunk)
            if lead is None or not lead.end():
                return None
            start += lead.end()
        else:
            with_comma = [found for found in splits if found.group()[0] in ",;"]
            start += (
                (with_comma or splits)[-1].end()
                if _TAIL.match(chunk.lstrip(" ,;")) or chunk.startswith(",")
                else splits[0].end()
            )
    chunk = text[start:end]
    lead = _LEAD.match(chunk)
    start += lead.end() if lead else 0
    chunk = text[start:end]
    tail = _TAIL.search(chunk, 2)
    last = start + (tail.start() if tail else len(chunk))
    return _trimmed(text, start, last)


def _undefined(text: str, at: int) -> Iterator[_Read]:
    """Yield parties without short names: names divided by "and" or semicolons, up to the end of the sentence."""
    stop = SENTENCE_END.search(text)
    text = text[: stop.start() + 1 if stop else 1_200]
    start = 0
    for found in [*_SPLIT.finditer(text), None]:
        end = found.start() if found else len(text)
        place = _name_in(text, start, end, is_first=True)
        if place is not None and (
            _HAS_FORM.search(text[place[0] : place[1]]) or _is_personal(text[place[0] : place[1]])
        ):
            yield _Read(PartyValue(" ".join(text[place[0] : place[1]].split())), at + place[0], at + place[1])
        start = found.end() if found else end


def _is_personal(name: str) -> bool:
    words = name.split()
    return 2 <= len(words) <= 5 and all(
        word[:1].isupper() or word in ("de", "von", "van", "of", "the", "&") for word in words
    )


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start] in " ,;:\"'.(-*":
        start += 1
    while start < end and text[end - 1] in " ,;:\"'(":
        end -= 1
    if text[start:end].endswith(".") and not _ABBREVIATED.search(text, start, end):
        end -= 1
    name = text[start:end]
    if (
        not 2 <= len(name) <= 150
        or not (_CAPITALS.match(name) or _HAS_FORM.search(name))
        or "____" in name
        or name.isdigit()
    ):
        return None
    return start, end


def _read(flow: Flow, start: int, end: int, short: str | None) -> _Read:
    name = " ".join(flow.text[start:end].split())
    role = short.lower() if short and short.lower() in _ROLES else None
    return _Read(PartyValue(name, role, short), start, end)


def _listed(flow: Flow) -> Iterator[_Read]:
    for found in _LISTED.finditer(flow.text, 0, 20_000):
        place = _trimmed(flow.text, found.start("name"), found.end("name"))
        if place is not None:
            yield _read(flow, *place, found.group().split(":")[0].strip())


def _labelled(flow: Flow) -> Iterator[_Read]:
    """Yield the names beside roles: "Customer: Example Hospital"."""
    for found in _ROLE_LABEL.finditer(flow.text, 0, 20_000):
        place = _trimmed(flow.text, found.start("name"), found.end("name"))
        if place is not None:
            yield _read(flow, *place, " ".join(found["role"].split()))


def _introduced(flow: Flow) -> Iterator[_Read]:
    """Yield the parties of the first sentence that gives short names to two companies, as letters do."""
    for sentence in flow.sentences[:_FIRST_SENTENCES]:
        read = []
        for found in _DEFINED.finditer(flow.text, sentence.start, sentence.end):
            start = max(found.start() - 120, sentence.start)
            name = _CAPITALISED.search(flow.text[start : found.start()].rstrip(" ,"))
            if name is None or _is_for_both(found):
                continue
            first = start + name.start() + len(name.group()) - len(_CONNECTOR.sub("", name.group()))
            place = _trimmed(flow.text, first, start + name.end())
            if place is None:
                continue
            text = flow.text[place[0] : place[1]]
            if _HAS_FORM.search(text) or _is_personal(text):
                read.append(_read(flow, *place, (found[found.lastindex or 0] or "").strip(" .,'")))
        names = [each.party.name for each in read]
        if len(read) >= 2 and any(map(_HAS_FORM.search, names)):
            yield from read
            return


def _signatures(flow: Flow) -> list[_Read]:
    """Return the parties of the last signatures: names with a legal form before "By:"."""
    starts = [found.start() for found in _SIGNED.finditer(flow.text)]
    if not starts and (signing := find_signing(flow.text)) is not None:
        starts = [signing]
    if not starts:
        return []
    read = []
    for found in _BY.finditer(flow.text, starts[-1], starts[-1] + 6_000):
        names = list(_FORM_NAME.finditer(found["name"]))
        for name in names[-2:]:
            # A sentence may end before the name.
            stop = max((each.end() for each in re.finditer(r"[a-z]{3}\. +", name.group())), default=0)
            start = found.start("name") + name.start() + stop
            read.append(_read(flow, start, found.start("name") + name.end(), None))
    return _unique(read)


def _unique(read: "Iterator[_Read] | list[_Read]") -> list[_Read]:
    seen: dict[str, _Read] = {}
    for each in read:
        seen.setdefault(_plain(each.party.name), each)
    return list(seen.values())


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
