"""Questions about texts: headings, topics of their sections, words of a sentence, and defined terms."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from app.documents.content.chunks import ChunkKind
from app.retrieval.index.lexicon import tokenise
from evals.learning.ranking.drafts import Draft
from evals.learning.ranking.library import Filing
from evals.learning.ranking.made_figures import without_a_word
from evals.learning.ranking.wordings import HEADINGS, SENTENCES, TERMS, list_topics

_HEADINGS, _TOPICS, _SENTENCES, _TERMS = 12, 16, 8, 4  # questions of a filing
_NO_SUBJECT = re.compile(
    r"(?:part|item\s*\d+[a-c]?\.?$|table of contents|notes? to|index|signatures?|form 10|\W*$"
    r"|.*\b(?:inc|corp|company)\b\.?$)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:(?:item|note)\s*\d+[a-c]?\s*[.:—–-]*\s*|\(?\w{1,2}[.)]\s+)", re.IGNORECASE)
_DEFINED = re.compile(r"\((?:the |collectively, |each,? an? |an? ){0,3}[“\"]([A-Z][\w& -]{2,40})[,.]?[”\"]\)")
_USUAL_TERM = re.compile(r"Company|Registrant|Form|Exchange Act")
_SENTENCE_END = re.compile(r"(?<=[.;])\s+")
_LONG_WORD = re.compile(r"[A-Za-z][\w&'-]{3,}")
_LETTERS = re.compile(r"[a-z]{3}", re.IGNORECASE)
_FIRST_PAGES = 3
_LONG_SECTION, _MOST_OF_FILING = 12, 0.2


def text_questions(filing: Filing, chance: random.Random) -> Iterator[Draft]:
    """Yield questions about the filing's texts."""
    sections: dict[str, set[int]] = defaultdict(set)
    for draft in filing.read.drafts:
        if draft.section_path:
            sections[draft.section_path[-1]].add(draft.page_number)
    yield from _headings(sections, chance)
    yield from _topics(sections, filing, chance)
    yield from _sentences(filing, chance)
    yield from _terms(filing, chance)


def _headings(sections: Mapping[str, set[int]], chance: random.Random) -> Iterator[Draft]:
    named = [
        heading
        for heading in sections
        if 4 < len(heading) < 80 and _LETTERS.search(heading) and not _NO_SUBJECT.match(heading)
    ]
    for heading in chance.sample(named, min(len(named), _HEADINGS)):
        subject = _NUMBER.sub("", heading).rstrip("…")
        if len(subject) >= 4:
            subject = subject.lower() if subject.isupper() or chance.random() < 0.6 else subject
            subject = without_a_word(subject, chance, least=3, share=0.5)
            pages = sorted(sections[heading])[:_FIRST_PAGES]
            yield Draft("heading", chance.choice(HEADINGS), [pages], {"n": subject}, is_free=True)


def _topics(sections: Mapping[str, set[int]], filing: Filing, chance: random.Random) -> Iterator[Draft]:
    count = len({draft.page_number for draft in filing.read.drafts})
    left = _TOPICS
    for topic in chance.sample(list_topics(), len(list_topics())):
        about = [own for heading, own in sections.items() if topic.headings.search(heading)]
        pages = sorted(set().union(*about))
        is_long = len(pages) > _LONG_SECTION and len(pages) > _MOST_OF_FILING * count
        if left and pages and not is_long:
            yield Draft("topic", chance.choice(topic.questions), [pages], {}, is_free=True)
            left -= 1


def _sentences(filing: Filing, chance: random.Random) -> Iterator[Draft]:
    texts = [draft for draft in filing.read.drafts if draft.kind is ChunkKind.TEXT and draft.token_count > 90]
    for draft in chance.sample(texts, min(len(texts), _SENTENCES)):
        sentences = [part for part in _SENTENCE_END.split(draft.text) if 60 < len(part) < 400]
        words = [word for word in _LONG_WORD.findall(chance.choice(sentences)) if tokenise(word)] if sentences else []
        if len(words) < 6:
            continue
        count = chance.randint(3, 6)
        begin = chance.randrange(max(1, len(words) - count - 3))
        window = words[begin : begin + count + 3]
        kept = [window[place] for place in sorted(chance.sample(range(len(window)), min(count, len(window))))]
        names = {"n": " ".join(kept).lower()}
        yield Draft("sentence", chance.choice(SENTENCES), [[draft.page_number]], names, is_free=True)


def _terms(filing: Filing, chance: random.Random) -> Iterator[Draft]:
    pages: dict[str, list[int]] = defaultdict(list)
    for draft in filing.read.drafts:
        for match in _DEFINED.finditer(draft.text):
            pages[match.group(1)].append(draft.page_number)
    once = [term for term, own in pages.items() if len(own) == 1 and not _USUAL_TERM.match(term)]
    for term in chance.sample(once, min(len(once), _TERMS)):
        yield Draft("term", chance.choice(TERMS), [pages[term]], {"n": term}, is_free=True)
