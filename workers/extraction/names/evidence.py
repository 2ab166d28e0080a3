"""Reads the issuer's name from the places beside the cover that give it: signatures, auditors' reports, exchanges,
headlines, defined terms and running titles.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from app.documents.content.parsed import ParsedPage
from app.documents.metadata import NameKind
from app.quantities.number_words import ORDINAL
from workers.extraction.document_type import find_headline
from workers.extraction.names.cover import is_plausible_part
from workers.extraction.names.reading import Candidate, candidate
from workers.extraction.names.spelling import ENDS_IN_FORM, LEGAL_FORM, LEGAL_NAME, find_legal_names, is_plausible
from workers.extraction.reading import matches

OTHERS = re.compile(
    r"exchange|stock\s+market|securities|trust\s+company|\bbank\b|depositary|national\s+association|clearing|advisors|LLP"
    r"|underwrit|accounting|financial\s+industry|\bN\.A\b|transfer\s+(?:agent|company)",
    re.I,
)
"""Words of companies that filings name beside the issuer: banks, exchanges, auditors."""

_DULY_SIGNED = re.compile(
    r"duly\s+caused\s+(?:and\s+authorized\s+the\s+undersigned\s+to\s+sign\s+)?(?:this|the|his|its)\s+[^.;:]{0,200}?signed(?:[^.;:]{0,200}?authori[sz]ed)?[^.:\n]{0,60}[.:]?",
    re.I,
)
_SIGNER = re.compile(r"(?:(?:^|\t)[ \t]*By\b|/s/)", re.I)
_REGISTRANT = re.compile(r"\(\s*(?:the\s+)?registrants?\s*\)", re.I)
_DATED = re.compile(
    r"^\W*(?:dated?\b|(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d)",
    re.I,
)
_SIGNATURE_REACH = 900

_AUDITOR = re.compile(r"[Aa]ccounting\s+[Ff]irm|ACCOUNTING\s+FIRM|[Ii]ndependent\s+[Aa]uditor|INDEPENDENT\s+AUDITOR")
_ADDRESSED = re.compile(
    r"\bTo\s+the\s+(?:(?:Board\s+of\s+Directors|(?:Stock|Share|Unit)holders?|Members?|Partners|Shareowners)(?:,?\s+(?:and|of)\s+(?:the\s+)?|,\s+(?:the\s+)?)?){1,4}"
    r"(?:of\s+)?(?=[A-Z0-9])([^\n.:;]{2,90}(?:\.[^\n:;]{0,40})?)",
    re.I,
)
_BALANCE_OF = re.compile(
    r"(?:balance\s+sheets?|financial\s+position)\s+of\s+((?:[^\n.;(]|\.(?=\S|\s+(?:and|\()|,)){3,110}?)"
    r"(?=,?\s+(?:and\s+(?:its\s+)?(?:consolidated\s+)?subsidiar|as\s+of|as\s+at|at\s+[A-Z]|\(|a\s+[A-Z]))"
)
_LISTED = re.compile(
    r"([A-Z][\w&'’.,\- ]{1,70}?)\s*"
    r"\(\s*(?:the\s+[“\"]\w+[”\"]\s*[;,)]?\s*\(?)?(?:NYSE|Nasdaq|NASDAQ|AMEX|LSE|TSX|ASX|Euronext|OTC\w*|SIX|XETRA|TSE|SEHK|Cboe)[^:)]{0,30}:"
)
_LISTED_START = re.compile(rf".*[^\w\s.,&'’\-]|^.*\b(?:today|that|and|of|by|with|from)\s+(?=[A-Z].*{LEGAL_FORM})")
_COMPANY_TERM = re.compile(
    r"\((?=[^()]{0,200}[“\"]\s*(?:the\s+|our\s+)?(?:Company|Registrant|Corporation|Issuer|Partnership|Trust|Bank|we|our|us)\b)[^()]{0,240}\)",
    re.I,
)
_MEANS = re.compile(
    r"[“\"](?:the\s+)?(?:Company|Registrant|we|us|our)[,.]?[”\"][^.“”\"]{0,60}?\b(?:refers?\s+to|means?|mean\s+only|are\s+to)\s+(?:only\s+)?(?:collectively\s+)?(?:the\s+)?",
    re.I,
)
_PERIOD = re.compile(rf"(?:{ORDINAL}|full|half|annual|quarterly|interim|fiscal|q[1-4]|[1-4]q|h[12])\b", re.I)
_PLAIN_NAME = re.compile(
    r"([A-Z][\w&'’\-]*(?:[ \t]+(?:[A-Z][\w&'’\-]*|of|&)){0,6}?)"
    r"(?=[ \t]+(?:and|together)\s+(?:its|our|all|with)\b|[,.(]|\s+\()"
)
"""A name without legal form: words with capitals, up to "and its subsidiaries" or a mark."""
_TAIL = re.compile(
    r"(?:,?\s+(?:(?:together\s+with|and|including)\s+(?:all\s+(?:of\s+)?)?(?:its|the|our)?\s*(?:[\w-]+\s+){0,3}"
    r"subsidiar(?:y|ies)(?:\s+and\s+affiliates)?|an?\s+[\w ]{2,30}\s(?:corporation|company|partnership|trust)"
    r"|as\s+(?:borrower|issuer|parent|registrant)))+\s*,?\s*$",
    re.I,
)
_ANNOUNCER = re.compile(
    r"[–—-][ \t]*([A-Z][\w&'’.\-]*(?:,?[ \t]+(?:[A-Z][\w&'’.\-]*|of|and|the|&)){0,7}?),?\s*"
    r"(?:\([^()]{0,120}\)[,\s]*){0,3}(?:today\s+)?(?:reported|announced|released)\b"
)
_AND_SUBSIDIARIES = re.compile(
    r",?\s+and\s+(?:its\s+)?(?:consolidated\s+)?subsidiar(?:y|ies)\b(?:\s+compan(?:y|ies))?[ \t]*$", re.I | re.M
)
_RUNNING = re.compile(
    r"^\W*(?:\d+\W+)?(.{3,80}?)[\s|•·–—-]+(?:(?:19|20)\d\d\s+)?(?:annual\s+report\s+on\s+)?(?:form\s+)?(?:10[-–]?[kq]|20[-–]?f)\b",
    re.I,
)
_FIRST_PAGES, _RUNNING_PAGES, _COUNTED_PAGES = 12, 60, 12
_EDGE_LINES, _FEWEST_REPEATED = 2, 3


def read_signatures(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the registrants that the signature block of the report itself names, in order; none of its exhibits'."""
    for page, _, end in find_signature_blocks(pages):
        names = _signers(page, end)
        if names:
            return names
    return []


def find_signature_blocks(pages: Sequence[ParsedPage]) -> Iterator[tuple[ParsedPage, int, int]]:
    """Yield the sentences "… has duly caused this report to be signed …": page, start, end."""
    for page in pages:
        if "duly" in page.text or "DULY" in page.text:  # faster than the pattern, and most pages have no such word
            for found in _DULY_SIGNED.finditer(page.text):
                yield page, found.start(), found.end()


def _signers(page: ParsedPage, start: int) -> list[Candidate]:
    text = page.text
    names: list[Candidate] = []
    begun: int | None = None
    end = start
    for line in re.finditer(r"[^\n]+", text[start : start + _SIGNATURE_REACH]):
        begin, finish = start + line.start(), start + line.end()
        signer, registrant = _SIGNER.search(line.group()), _REGISTRANT.search(line.group())
        stop = min((found.start() for found in (signer, registrant) if found), default=finish - begin)
        part = line.group()[:stop].split("\t")[0]
        if _DATED.match(part):
            part = ""
        if part.strip(" _-") and is_plausible_part(part):
            begun = begin if begun is None else begun
            end = begin + len(part)
            if registrant is None and signer is None and not ENDS_IN_FORM.search(part.strip()):
                continue
        elif not part.strip(" _-") and begun is None and signer is None:
            continue
        if begun is not None:
            name = candidate(NameKind.SIGNATURE, page, begun, end)
            if is_plausible(name.name):
                names.append(name)
            begun = None
        if signer is not None:
            break
    return names


def read_auditors_addressee(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the company that an auditor's report is addressed to, or whose balance sheets it names."""
    reports = [page for page in pages if _AUDITOR.search(page.text)]
    for pattern in (_ADDRESSED, _BALANCE_OF):
        for page, found in matches(pattern, reports):
            name = _without_tail(NameKind.AUDITOR, page, *found.span(1))
            if name is not None:
                return [name]
    return []


def _without_tail(kind: NameKind, page: ParsedPage, start: int, end: int) -> Candidate | None:
    """Return the name without "and its subsidiaries" or "a Delaware corporation" behind it; None if it is no name."""
    tail = _TAIL.search(page.text, start, end)
    stop = tail.start() if tail else end
    text = page.text[start:stop]
    legal = LEGAL_NAME.match(text.lstrip())
    if legal:
        start += len(text) - len(text.lstrip())
        stop = start + legal.end()
    name = candidate(kind, page, start, stop)
    has_capital = name.name[:1].isupper() or name.name[:1].isdigit()
    return name if has_capital and len(name.name.split()) <= 8 and is_plausible(name.name) else None


def read_listed(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the names before "(NYSE: …)"."""
    names = []
    for page, found in matches(_LISTED, pages):
        start, end = found.span(1)
        before = _LISTED_START.match(page.text, start, end)
        start = before.end() if before else start
        name = candidate(NameKind.EXCHANGE, page, start, end)
        if is_plausible(name.name) and len(name.name.split()) <= 7:
            names.append(name)
    return names[:3]


def read_defined(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the names that the first pages define as "the Company", "we", "the Registrant" and the like."""
    names = []
    for page, found in matches(_COMPANY_TERM, pages[:_FIRST_PAGES]):
        start = max(page.text.rfind("\n\n", 0, found.start()), found.start() - 160)
        name = name_before(page, max(start, 0), found.start())
        if name is not None:
            names.append(name)
    for page, found in matches(_MEANS, pages[:_FIRST_PAGES]):
        legal = next(find_legal_names(page.text, found.end(), found.end() + 120), None)
        meant = legal if legal and legal[0] == found.end() else None
        plain = None if meant else _PLAIN_NAME.match(page.text, found.end())
        if plain and is_plausible(plain.group(1)):
            meant = plain.span(1)
        if meant:
            names.append(candidate(NameKind.DEFINED, page, *meant))
    return names[:4]


def name_before(page: ParsedPage, start: int, end: int) -> Candidate | None:
    """Return the legal name that ends at `end`."""
    text = page.text[start:end].replace("\n", " ")
    tail = _TAIL.search(text)
    stop = tail.start() if tail else len(text.rstrip(" ,"))
    for begin, finish in find_legal_names(text, 0, stop + 1):
        if finish >= stop - 1:
            return candidate(NameKind.DEFINED, page, start + begin, start + finish)
    return None


def read_headline(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the subject of a release's headline: "Example Reports Third Quarter Results"."""
    release = find_headline(pages[:2])
    if release is None:
        return []
    page = release.page
    who = re.sub(r"^.*(?:\d{4}|release|--?|—|:)\s+", "", page.text[slice(*release.who)]).strip(" ,-–—")
    who = re.sub(r"[’']s?$", "", who)
    if not is_plausible(who) or len(who.split()) > 8 or _PERIOD.match(who):
        return []
    start = page.text.find(who, release.who[0])
    return [candidate(NameKind.HEADLINE, page, start, start + len(who))] if start >= 0 else []


def read_announcer(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the company that a release's first sentence names: "… – Example Inc. (NYSE: EXPL) today announced"."""
    for page, found in matches(_ANNOUNCER, pages[:1]):
        if is_plausible(found.group(1)) and len(found.group(1).split()) <= 8:
            return [candidate(NameKind.TEXT, page, *found.span(1))]
    return []


def read_running(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the names in lines that stand at the edge of many pages, else in "Example Inc. and Subsidiaries"."""
    counts: Counter[str] = Counter()
    first: dict[str, Candidate] = {}
    for page in pages[:_RUNNING_PAGES]:
        for start, end in _edge_lines(page.text):
            name = _running_name(page, start, end)
            if name is not None and name.key:
                counts[name.key] += 1
                first.setdefault(name.key, name)
    repeated = [first[key] for key, count in counts.most_common(2) if count >= _FEWEST_REPEATED]
    if repeated:
        return repeated
    for page, found in matches(_AND_SUBSIDIARIES, pages):
        start = page.text.rfind("\n", 0, found.start()) + 1
        name = candidate(NameKind.RUNNING, page, start, found.start())
        if len(name.name.split()) <= 8 and is_plausible(name.name) and name.name[0].isupper():
            return [name]
    return []


def _edge_lines(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for _ in range(_EDGE_LINES):
        while text.startswith("\n", end):
            end += 1
        start, end = end, text.find("\n", end)
        if end < 0:
            return
        yield start, end
    begin = len(text)
    for _ in range(_EDGE_LINES):
        finish = len(text[:begin].rstrip("\n"))
        begin = text.rfind("\n", 0, finish) + 1
        yield begin, finish


def _running_name(page: ParsedPage, start: int, end: int) -> Candidate | None:
    if not 3 < end - start <= 120:
        return None
    titled = _RUNNING.match(page.text, start, end)
    bounds = titled.span(1) if titled else (start, end)
    subsidiaries = _AND_SUBSIDIARIES.search(page.text, *bounds)
    if subsidiaries:
        bounds = bounds[0], subsidiaries.start()
    elif not titled:
        legal = LEGAL_NAME.match(page.text, start + len(page.text[start:end]) - len(page.text[start:end].lstrip()), end)
        if legal is None or len(page.text[legal.end() : end].strip(" |•·–—-0123456789")) > 0:
            return None
        bounds = legal.span(1)
    name = candidate(NameKind.RUNNING, page, *bounds)
    return name if is_plausible(name.name) else None


def read_most_named(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the legal name that occurs most often on the first pages."""
    counts: Counter[str] = Counter()
    first: dict[str, Candidate] = {}
    for page in pages[:_COUNTED_PAGES]:
        for bounds in find_legal_names(page.text):
            name = candidate(NameKind.TEXT, page, *bounds)
            if not OTHERS.search(name.name):
                counts[name.key] += 1
                first.setdefault(name.key, name)
    return [first[key] for key, _ in counts.most_common(1)]


def read_name_alone(pages: Sequence[ParsedPage]) -> list[Candidate]:
    """Return the first legal name on a line of its own, as on the cover of a prospectus."""
    for page in pages:
        for line in re.finditer(r"[^\n]+", page.text):
            text = line.group().strip()
            found = LEGAL_NAME.match(text)
            if found and len(found.group()) >= len(text) - 1 and not OTHERS.search(text) and is_plausible(text):
                return [candidate(NameKind.COVER, page, *line.span())]
    return []
