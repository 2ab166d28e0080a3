"""Reads the parties of credit agreements, indentures and offerings with their roles.

An agreement names a party and its role in one of four ways: "Example Inc., as Borrower"; "Example Inc., a Delaware
corporation (the “Borrower”)"; “Borrower” means Example Inc.; or by a group: "Example LP (together with Example Inc.,
each a “Borrower”)". A prospectus lists its underwriters under a heading on the cover.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import DocumentType, NameKind, Party, PartyRole
from workers.extraction.names.reading import Candidate
from workers.extraction.names.spelling import STRONG_FORM, find_mixed_case, is_plausible, join_small_capitals, tidy_name
from workers.extraction.reading import matches

_AGREEMENTS = (DocumentType.CREDIT_AGREEMENT, DocumentType.INDENTURE)
_OFFERS = (DocumentType.PROSPECTUS, DocumentType.OFFERING_MEMORANDUM)

_FORM = (
    rf"(?:{STRONG_FORM}|ULC|B\.V|GmbH|GMBH|S\.à\s?r\.l|S\.[aA]\.\s?[rR]\.[lL]|USA|Branch|BRANCH"
    r"|[Nn]ational[ \t][Aa]ssociation|NATIONAL[ \t]ASSOCIATION|(?:Bank|BANK|Trust|TRUST|Holdings|HOLDINGS|Group|GROUP"
    r"|Partners|PARTNERS|Capital|CAPITAL|Securities|SECURITIES)(?![ \t]+(?:[A-Z]\w|of\b|and\b|for\b)))"
)
_WORD = r"[A-Z0-9][\w&'’.\-/]*"
_NAME = re.compile(
    rf"(?<![\w&.'’\-])((?:{_WORD}[ \t]+(?:(?:of|and|the|for|de|&)[ \t]+){{0,2}}){{0,6}}?"
    rf"{_WORD},?[ \t]+{_FORM}(?![\w&\-])"
    rf"(?:(?:\.,?|,)?[ \t]+{_FORM}(?![\w&\-])){{0,3}}\.?(?:,[ \t]+(?:[A-Z]\w+[ \t]+){{1,3}}(?:Branch|BRANCH)(?!\w))?)"
)
_PLAIN_NAME = re.compile(
    rf"(?<![\w&.'’\-])((?:{_WORD}[ \t]+(?:(?:of|&)[ \t]+)?){{0,5}}{_WORD})"
    r"(?=,?\s+as\s+(?:the\s+)?(?:Borrower|Issuer|BORROWER|ISSUER)\b|\s*\((?:the\s+)?[“\"](?:Borrower|Issuer)"
    r"|,\s+an?\s+[\w ]{3,40}(?:corporation|company|partnership|trust)(?:,\s+as\s+(?:the\s+)?(?:borrower|issuer)\b"
    r"|\s*\((?:the\s+)?[“\"](?:Borrower|Issuer|Company)))"
)
"""A name without legal form, just before the role of the borrower or issuer."""

_BEFORE_NAME = re.compile(
    r"^.*\b(?:(?:hereto|herein|parties|party|among|between)\s+(?:and\s+)?|(?:lenders|guarantors|banks"
    r"|holders)\s+and\s+)",
    re.I | re.S,
)
_LINE_BREAK = re.compile(r"(?<!\n)\n(?!\n)|\t")
_DESCRIBED = re.compile(
    r",?\s+an?\s+[^,()“”;]{0,70}?\b(?:corporation|company|partnership|trust|association|corp|bank|branch"
    r"|entity)\b[^,()“”;]{0,110}"
    r"|,?\s+(?:not\s+individually[^()“”;]{0,40}?|acting\s+(?:solely\s+)?(?:through|in)[^,()“”;]{0,60}"
    r"|organi[sz]ed\s+under[^,()“”;]{0,60})"
    r"(?=,|\s+\(|\s+(?:solely|but|in|as)\b)"
)
_BRACKETED = re.compile(r"\s*,?\s*\(([^()]{0,400})\)")
_TERM = re.compile(r"[“\"]([^”\"]{2,60}?)[,.;]?[”\"]")
_GROUPED = re.compile(
    r"together\s+with\s+([^,“”()]{2,80}?),?\s+(?:each(?:,?\s+an?)?|collectively|the|individually)", re.I
)
_AS = re.compile(
    r"\s*,?\s*(?:but\s+)?(?:solely\s+)?(?:each,?\s+)?(?:in\s+(?:its|their)\s+(?:respective\s+)?capacit(?:y"
    r"|ies)\s+)?as\s+(?:the\s+|an?\s+)?"
    r"((?:[\w./-]+\s+){0,4}?(?:borrowers?|issuers?|agents?|trustee|registrar|guarantors?|lenders?|arrangers?"
    r"|bookrunners?"
    r"|managers?|banks?|parent|holdings|company|underwriters?|purchasers?|representatives?)\b"
    r"(?:(?:\s*,\s*(?:and\s+)?as\s+(?:the\s+)?|\s*,?\s*and\s+(?:as\s+(?:the\s+)?)?(?!the\b)|/)"
    r"(?:[\w./-]+\s+){0,3}?(?:agents?|trustee|registrar|lenders?|arrangers?"
    r"|bookrunners?|banks?|borrowers?|issuers?|guarantors?)\b){0,4})",
    re.I,
)
_MEANS = re.compile(
    r"[“\"](Borrowers?|Lead\s+Borrower|Issuers?|Company|Parent(?:\s+Borrower)?|Holdings|Administrative\s+Agent"
    r"|Agent|Collateral\s+Agent"
    r"|Trustee|Guarantors?)[”\"]\s*(?::|(?:shall\s+)?means?\b|is\b)[\s,:]*(?:collectively,?\s+|initially,?\s+"
    r"|each\s+of\s+|\(\w\)\s+)*"
)
_BETWEEN = re.compile(r"[\s,;]*(?:and|\(\w+\))?[\s,;]*(?:\(\w+\)\s*)?")
"""What stands between the names of one definition."""

_ROLES = (
    (PartyRole.CO_BORROWER, r"co-?borrowers?|additional\s+borrowers?"),
    (PartyRole.BORROWER, r"(?<!co-)borrowers?"),
    (PartyRole.ISSUING_BANK, r"issuing\s+(?:bank|lender)s?|l/?c\s+issuers?|letter\s+of\s+credit\s+issuers?"),
    (PartyRole.CO_ISSUER, r"co-?issuers?"),
    (PartyRole.ISSUER, r"(?<!co-)(?<!l/c )(?<!credit )issuers?"),
    (PartyRole.ADMINISTRATIVE_AGENT, r"administrative\s+(?:and\s+\w+\s+)?agent|(?<!\w )agent(?!\w)|facility\s+agent"),
    (PartyRole.COLLATERAL_AGENT, r"collateral\s+agent|security\s+(?:agent|trustee)|collateral\s+trustee"),
    (PartyRole.SYNDICATION_AGENT, r"syndication\s+agents?"),
    (PartyRole.ARRANGER, r"arrangers?|book\s?runners?|bookrunning\s+managers?"),
    (PartyRole.TRUSTEE, r"(?<!collateral )(?<!security )trustee"),
    (PartyRole.GUARANTOR, r"guarantors?"),
    (PartyRole.PARENT, r"parent(?!\s+borrower)|holdings|ultimate\s+parent"),
    (PartyRole.UNDERWRITER, r"underwriters?|initial\s+purchasers?|representatives?"),
    (PartyRole.LENDER, r"(?<!issuing )lenders?"),
)
_OWN = frozenset({PartyRole.BORROWER, PartyRole.ISSUER})
_ROLE_PATTERNS = tuple((role, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.I)) for role, pattern in _ROLES)
_MANAGERS = re.compile(
    r"^[ \t]*(?:(?:joint|sole|lead|active|senior)[ \t-]+)*(?:book[ \t-]?running[ \t]+managers?|book[ \t-]?runners?"
    r"|co-managers?"
    r"|underwriters?|placement[ \t]+agents?|lead[ \t]+managers?|initial[ \t]+purchasers?)[ \t]*:?[ \t]*$",
    re.I | re.M,
)
_OPENING_PAGES, _OPENING = 4, 12_000  # pages, characters a page
_DEFINING_PAGES = 60
_GROUP_REACH, _MANAGERS_REACH, _MOST = 500, 600, 40
_SURE, _DEFINED_SURE, _GROUP_SURE = 0.93, 0.9, 0.8


@dataclass(frozen=True, slots=True)
class _Named:
    """A name at `start` to `end` of a page, with the words behind it that state its roles, up to `stop`."""

    name: str
    start: int
    end: int
    stop: int
    roles: tuple[PartyRole, ...]
    terms: tuple[str, ...]
    grouped: tuple[str, tuple[PartyRole, ...]] | None


def find_parties(pages: Sequence[ParsedPage], kind: DocumentType) -> tuple[Party, ...]:
    """Return the parties of an agreement or offering with their roles; borrowers and issuers come first."""
    found: dict[tuple[str, PartyRole], Party] = {}
    if kind in _AGREEMENTS:
        readings = [*_of_opening(pages[:_OPENING_PAGES]), *_of_definitions(pages[:_DEFINING_PAGES])]
    elif kind in _OFFERS:
        readings = list(_of_cover(pages[:3]))
    else:
        return ()
    for party in readings:
        found.setdefault((_folded(party.name), party.role), party)
    spelt = {party.name: party.name for party in found.values()}
    for name in spelt:
        spelt[name] = find_mixed_case((page.text for page in pages[:_OPENING_PAGES]), name) or name
    order = list(PartyRole)
    named = [replace(party, name=spelt[party.name]) for party in list(found.values())[:_MOST]]
    return tuple(sorted(named, key=lambda party: (order.index(party.role), party.page, party.start)))


def _folded(name: str) -> str:
    """Return the name without case and marks, but with its legal form: "Example Inc." and "Example L.P." differ."""
    return re.sub(r"\W+", "", name).casefold()


def list_candidates(pages: Sequence[ParsedPage], parties: Sequence[Party]) -> list[Candidate]:
    """Return the parties that are the issuer of an agreement: the borrowers or issuers, else the parent."""
    for roles in ((PartyRole.BORROWER, PartyRole.ISSUER), (PartyRole.PARENT,), (PartyRole.CO_BORROWER,)):
        own = [party for party in parties if party.role in roles]
        if own:
            return [
                Candidate(party.name, NameKind.PARTY, pages[party.page - 1], party.start, party.start + _length(party))
                for party in own
            ]
    return []


def _length(party: Party) -> int:
    """Return the length of the name at the beginning of the quote, which may have other blanks than the name."""
    pattern = r"\s*".join(re.escape(character) for character in party.name if not character.isspace())
    found = re.match(pattern, party.quote, re.IGNORECASE)
    return found.end() if found else len(party.quote)


def _of_opening(pages: Sequence[ParsedPage]) -> Iterator[Party]:
    """Yield the parties that cover and first paragraphs name with their roles."""
    for page in pages:
        text = _LINE_BREAK.sub(" ", page.text[:_OPENING])
        by_term: dict[str, _Named] = {}
        for named in _names_with_roles(text):
            for role in named.roles:
                yield _party(page, named, role, _SURE)
            if named.grouped is not None:
                other = by_term.get(named.grouped[0].casefold().removeprefix("the "))
                if other is not None:
                    yield from (_party(page, other, role, _GROUP_SURE) for role in named.grouped[1])
            by_term |= {term.casefold(): named for term in named.terms} | {named.name.casefold(): named}


def _names_with_roles(text: str) -> Iterator[_Named]:
    for pattern in (_NAME, _PLAIN_NAME):
        is_found = False
        for found in pattern.finditer(text):
            start, end = found.span(1)
            before = _BEFORE_NAME.match(found.group(1))
            start += before.end() if before else 0
            name = join_small_capitals(text[start:end])
            if is_plausible(name):
                stop, roles, terms, grouped = _roles_behind(text, end)
                is_found = is_found or not _OWN.isdisjoint(roles)
                yield _Named(tidy_name(name), start, end, stop, roles, terms, grouped)
        if is_found:
            return


def _roles_behind(
    text: str, end: int
) -> tuple[int, tuple[PartyRole, ...], tuple[str, ...], tuple[str, tuple[PartyRole, ...]] | None]:
    """Return where the words behind a name end, the roles and terms that they state, and a group that they name."""
    roles: list[PartyRole] = []
    terms: list[str] = []
    grouped = None
    at = end
    for _ in range(6):
        described = _DESCRIBED.match(text, at)
        bracket = _BRACKETED.match(text, at)
        role = _AS.match(text, at)
        if bracket:
            inside = bracket.group(1)
            quoted = [term.group(1) for term in _TERM.finditer(inside)]
            terms += [term.removeprefix("the ") for term in quoted]
            if "party" not in inside and "Lenders" not in inside:
                roles += [each for term in quoted for each in _roles_in(term)]
            group = _GROUPED.search(inside)
            if group:
                after = [each for term in _TERM.finditer(inside, group.start()) for each in _roles_in(term.group(1))]
                grouped = (group.group(1).strip(), tuple(dict.fromkeys(after)))
            at = bracket.end()
        elif role:
            roles += _roles_in(role.group(1))
            at = role.end()
        elif described:
            at = described.end()
        else:
            break
    return at, tuple(dict.fromkeys(roles)), tuple(terms), grouped


def _roles_in(words: str) -> list[PartyRole]:
    plain = " ".join(words.split())
    return [role for role, pattern in _ROLE_PATTERNS if pattern.search(plain)]


def _party(page: ParsedPage, named: _Named, role: PartyRole, confidence: float) -> Party:
    stop = max(named.stop, named.end)
    return Party(named.name, role, page.text[named.start : stop], page.number, named.start, stop, confidence)


def _of_definitions(pages: Sequence[ParsedPage]) -> Iterator[Party]:
    """Yield the parties of definitions: “Borrower” means Example Inc., a Delaware corporation."""
    for page, found in matches(_MEANS, pages):
        end = min(found.end() + _GROUP_REACH, len(page.text))
        text = _LINE_BREAK.sub(" ", page.text[:end])
        at = found.end()
        for name in _NAME.finditer(text, at):
            if name.start() != at and not re.fullmatch(
                r"[\s,;]*(?:and|\(\w+\))?[\s,;]*(?:\(\w+\)\s*)?", text[at : name.start()]
            ):
                break
            if not is_plausible(name.group(1)):
                break
            described = _DESCRIBED.match(text, name.end())
            stop = described.end() if described else name.end()
            for role in _roles_in(found.group(1)):
                named = _Named(tidy_name(join_small_capitals(name.group(1))), *name.span(1), stop, (role,), (), None)
                yield _party(page, named, role, _DEFINED_SURE)
            at = stop


def _of_cover(pages: Sequence[ParsedPage]) -> Iterator[Party]:
    """Yield the underwriters that stand under their heading on the cover of an offering."""
    for page, found in matches(_MANAGERS, pages):
        for line in re.finditer(r"[^\n]+", page.text[found.end() : found.end() + _MANAGERS_REACH]):
            if re.search(r"\d{4}", line.group()) or len(line.group()) > 150:
                break
            for cell in re.finditer(r"[^\t]+", line.group()):
                name = cell.group().strip()
                if is_plausible(name) and len(name.split()) <= 7 and name[0].isupper() and not _MANAGERS.match(name):
                    start = found.end() + line.start() + cell.start() + len(cell.group()) - len(cell.group().lstrip())
                    yield Party(name, PartyRole.UNDERWRITER, name, page.number, start, start + len(name), 0.8)
