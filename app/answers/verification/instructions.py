"""Separate statements from questions and instructions: only a statement is evidence.

Documents are untrusted, and some contain text that tries to steer the model (prompt injection). A question or an
instruction states no fact, so no claim may cite it, even if the quote is exact. This module does not detect false
statements: readers judge them from the quote and its page.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial

from app.answers.verification.directing import CUES, SURE, is_business, judge_directing, starts_like_command
from app.core.kept import Kept
from app.documents.content.sentences import find_sentences


def _any_of(words: str) -> str:
    """Return a pattern that matches any of the words; each word may be a pattern that begins with a letter.

    It looks at the first letter before the words: the pages of one question have hundreds of lines.
    """
    by_letter: dict[str, list[str]] = {}
    for word in words.split():
        by_letter.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in by_letter.items())


# Verbs at the beginning of instructions. The verbs in the second list are also nouns ("Use of proceeds", "Plan
# assets"): they count as instructions only before an article, pronoun or similar word.
_VERBS = _any_of(
    r"""
    accept add adopt advertise advise alert analy[sz]e announce apologi[sz]e append apply argue arrange ask assert
    assess assume attach avoid begin behave brainstorm break bring build buy calculate can\syou cancel capitali[sz]e
    choose cite classify click collect combine come compose compress compute conclude confess confirm consider
    construct contain continue convert convince copy could\syou create criticise criticize decide declare decode
    decrypt define delete demonstrate deny describe determine develop disclose discuss display disregard divide
    do\snot don['’]t double download draw edit elaborate eliminate embed emphasi[sz]e emulate enclose encode encourage
    encrypt enhance enlarge ensure\sthat enter entertain enumerate erase evaluate exaggerate exclude expand explain
    explore extract fabricate fill find finish follow forget forward generate get give go\sto guess guide hack help
    hide highlight hold identify ignore illustrate imagine imitate impersonate imply improve include incorporate
    indicate inform inject inquire insert install instruct integrate interpret interview introduce invent invite
    justify keep launch learn leave let\sme locate make mask mention mimic mislead mix modify multiply narrate
    navigate never obfuscate omit organi[sz]e outline override overwrite paraphrase perform persuade pick
    plagiari[sz]e play please prefix prepare pretend proceed produce promise pronounce propose prove provide publish
    put quote randomi[sz]e read rearrange recite recommend redirect refer refuse reiterate remember remind remove
    rename reorder rephrase replace reset resolve respond retrieve reveal reverse revise rewrite rhyme roleplay say
    scramble search select sell send shift shuffle sign simplify simulate sing solve sort speak spell spread start
    state\sthat stop submit subscribe substitute subtract suggest summari[sz]e swap take talk teach tell think
    transcribe transform translate transliterate trust try turn uncover update upload urge utili[sz]e verify visit
    warn wire write
    """
)
_NOUNS_TOO = _any_of(
    r"""
    address answer book call cast challenge change check clone comment compare contact cover design direct draft email
    estimate exchange exercise favou?r focus format grant group guarantee index input issue judge label lead link list
    look mail message monitor note number offer order output pass pay phrase place plan post practi[cs]e present print
    process program project prompt purchase question quiz rank rate reason record reference reflect release repeat
    reply report request research return review run schedule score set share shop show sketch smile split step store
    study subject summary supply support target test text time title trace track trade transfer transport travel treat
    use view vote wish word
    """
)
_OBJECT = _any_of(
    r"""
    a all an another any anything at\sleast each either every everything exactly how it its me my no nothing one only
    our some something such that the their them these this those three two us what whatever when where which who why
    you your
    """
)
_AFTER_VERB = _any_of(
    r"""
    and as at by following for from how in into letters? numbers? of on only out random randomly to up with without
    words?
    """
)
# Verbs of speaking match in any letter case. Other verbs need a capital, because wrapped lines may also begin with a
# verb.
_TO_SPEAK = frozenset({"answer", "output", "print", "repeat", "reply", "respond", "say", "tell", "write"})
_IMPERATIVE = re.compile(
    rf"^[ \t\W\d]{{0,12}}(?:"
    rf"(?P<verb>{_VERBS})\b[\s:,]+(?:\w+\s+)?(?:(?:{_OBJECT}|{_AFTER_VERB})\b|[\"'“‘@#\d])"
    rf"|(?P<noun>{_NOUNS_TOO})\s+(?:{_OBJECT})\b(?![-/]))",
    re.I | re.M,
)
_SPEAKING = _any_of(
    "answers? describes? ignores? outputs? prints? repeats? reply replies responds? says? states? summari[sz]es? tells?"
)
_ADDRESS = re.compile(
    r"\b(?:language models?|ai model|ai assistant|chat ?bot|system prompt|llm)\b"
    r"|\bassistant\s+(?:must|should|has|shall|will|is to|needs?)\b"
    r"|<<\s*(?:data|end)\b|\[/?INST\]|<\|?/?(?:im_start|im_end|system|assistant|user)\b"
    r"|^[ \t]*(?:(?:system|user|human)\s*:|assistant\s*[:,])"
    r"|\b(?:ignore|disregard|forget|override)\b[^.\n]{0,60}"
    r"\b(?:above|previous|prior|earlier|before|instructions?|rules?)\b"
    r"|\b(?:your|the)\s+(?:\w+\s+){0,3}(?:answer|response|reply|output|instructions?|prompt)\s+(?:is|are|must|should|has)\b"
    r"|\byour\s+(?:\w+\s+)?(?:answer|response|reply|output)\b"
    rf"|\b(?:whoever|anyone who|when(?:ever)? you|if you|before you)\s+(?:{_SPEAKING}|are an? (?:ai|model))\b"
    r"|\b(?:if|when(?:ever)?)(?: you(?: are| were)?| somebody| someone| anyone| anybody)? ask(?:ed|s)?"
    r" (?:about|for|how|to say|what|when|where|whether|which|who|why)\b"
    rf"|\byou (?:must|should|have to|need to|will now|to)\s+(?:now\s+)?(?:{_SPEAKING})\b",
    re.I | re.M,
)
_SAY = _any_of(
    "add append attach begin carry cite contain end give greet include insert mention open output print quote repeat "
    "reply respond say start state tell write"
)
_MUST = r"(?:must|should|shall|(?:are|is|has|have|needs?)\s+(?:told\s+|asked\s+|required\s+)?to)"
_REPLY = r"(?:answers?|reply|replies)"
# Sentences about answers, and sentences to those who write them.
_OF_ANSWERS = re.compile(
    rf"\b{_REPLY}(?:\s+[\w’'-]+){{0,7}}?\s+(?:(?:must|should|shall|will)\s|(?:carr|contain|includ|lack|mention|quot)\w+|"
    rf"carry\b|lack\b|{_MUST}\s+(?:{_SAY})\b)"
    rf"|\b(?:responses?|outputs?|summary|summaries)(?:\s+[\w’'-]+){{0,7}}?\s+{_MUST}\s+(?:always\s+)?(?:{_SAY})\b"
    rf"|\b(?:ai|automated) (?:systems?|agents?|tools?|readers?|assistants?|programs?)\b[^.\n]{{0,60}}\b{_MUST}\s+"
    rf"(?:{_SAY})\b"
    r"|^\W{0,12}(?:when|while|before|after)(?:ever)?\s+(?:summari[sz]ing|answering|responding|replying|describing|"
    rf"quoting)\b[^.\n]{{0,80}},\s*(?:please\s+|always\s+)?(?:{_SAY})\b"
    r"|^\W{0,12}(?-i:Append|Attach|Insert|Mention|Output|Print|Quote|Repeat)\s+\S+\s+"
    r"(?:after|as|at|before|each|every|in|into|to|whenever|wherever)\b"
    r"|\brepeat after (?:me|us)\b|\blet\s+(?:each|every|the|your)\s+(?:final\s+)?(?:answer|reply|response)\b"
    rf"|^\W{{0,12}}(?-i:Do not|Don['’]t|Never)\s+(?:answer|reveal|{_SAY})\b"
    r"|\b(?:anyone|anybody|people|readers?|somebody|someone|those|users?|whoever)\s+(?:who\s+)?"
    r"(?:asks|asking|inquires?|inquiring)\b"
    rf"|\b(?:assistants?|models?|readers?|users?|you)\s+(?:are|is)\s+(?:asked|instructed|requested|told)\s+to\s+(?:{_SAY})"
    r"|\byour\s+(?:\w+\s+)?(?:goal|job|role|task)\s+is\b"
    r"|\bas an?\s+(?:\w+\s+){0,2}(?:ai|assistant|chatbot|model),?\s+you\b"
    r"|\b(?:attention|dear|hello)[\s,:]+(?:the\s+|all\s+)?(?:ai|assistants?|chatbots?|models?)\b"
    rf"|\bin\s+(?:all|any|each|every|your)\s+(?:{_REPLY}|responses?)\b"
    r"|\binstructions?\s+(?:for|to)\s+(?:\w+\s+){0,2}(?:ai|assistants?|models?|readers?)\b"
    rf"|\b(?:add|append|attach|include|insert)\b[^.\n]{{0,60}}\b(?:at|in|into|to|with)\s+(?:an?|any|each|every|the|your)\s+"
    rf"(?:{_REPLY}|response)\b",
    re.I | re.M,
)
# Each match of the two has one of these. To look for them first is ten times as fast as to try them everywhere.
_MARKS = (
    "<", "inst]", "language model", "ai model", "llm", "bot", "assistant", "system", "user", "human", "you", "whoever",
    "anyone", "asked", "asks", "ignore", "disregard", "forget", "override", "answer", "response", "reply", "output",
    "instruct", "prompt", "replies", "summar", "ai ", "automated", "describing", "kindly", "please", "append", "attach",
    "insert", "mention", "print", "quot", "repeat", "do not", "don't", "don’t", "never", "asking", "inquir",
    "requested", "told", "attention", "dear", "hello", "note to", "responding",
)  # fmt: skip
# Letters that match others if case is ignored, besides those that `lower` returns.
_SIMILAR = "ıİſ\u212a"
_LIKE = str.maketrans(_SIMILAR, "iisk")
_QUESTION_END = re.compile(r"\?[\"'”’)\]]*$")
# The pattern is anchored at line starts, because an unanchored search takes quadratic time on long lines.
_ROW = re.compile(r"^[^\n]*\t[^\n]*(?:\n|\Z)", re.M)
_LONG = 600


_MOST_CHARACTERS = 8 << 20
_blanked: Kept[str] = Kept(most=_MOST_CHARACTERS)


def blank_instructions(text: str) -> str:
    """Replace every question and instruction by spaces. Offsets do not change."""
    return _blanked.get(text, len(text), partial(_blank, text))


def _blank(text: str) -> str:
    pieces: list[str] = []
    at = 0
    for first, end in _not_statements(text):
        start = max(first, at)
        if end > start:
            pieces += [text[at:start], " " * (end - start)]
            at = end
    return "".join([*pieces, text[at:]])


def _not_statements(text: str) -> Iterator[tuple[int, int]]:
    folded = _fold(text)
    marks, cues = _find_places(_MARKS, folded), _find_places(CUES, folded)
    for start, end in find_units(text):
        unit = text[start:end]
        if _QUESTION_END.search(unit) and len(unit) < _LONG:
            yield start, end
            continue
        is_marked = bisect_left(marks, start) < bisect_left(marks, end)
        address = (_ADDRESS.search(unit) or _OF_ANSWERS.search(unit)) if is_marked else None
        if address:
            yield (start, end) if len(unit) < _LONG else (start + max(0, address.start() - _LONG // 2), end)
            continue
        command = None if "\t" in unit else next(filter(_is_instruction, _IMPERATIVE.finditer(unit)), None)
        before = command.start() if command else 0
        is_cued = bisect_left(cues, start) < bisect_left(cues, end) or starts_like_command(unit)
        if is_cued and len(unit) < _LONG and judge_directing(unit) >= SURE:
            # A heading without a full stop may stand before the command.
            yield start + (before if judge_directing(unit[:before]) < SURE else 0), end
        elif command and not is_business(unit[before : before + _LONG]):
            yield start + before, end


def _fold(text: str) -> str:
    return (text.translate(_LIKE) if any(letter in text for letter in _SIMILAR) else text).lower()


def _find_places(parts: Sequence[str], folded: str) -> list[int]:
    """Return the offsets of all these parts of words in a folded text, ascending."""
    found = []
    for part in parts:
        at = folded.find(part)
        while at >= 0:
            found.append(at)
            at = folded.find(part, at + 1)
    return sorted(found)


def _is_instruction(match: re.Match[str]) -> bool:
    verb = match["verb"] or match["noun"]
    return verb[0].isupper() or verb.lower() in _TO_SPEAK


def find_units(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences and of table rows (lines with a tab)."""
    at = 0
    for line in _ROW.finditer(text):
        yield from ((at + first, at + last) for first, last in find_sentences(text[at : line.start()]))
        yield line.span()
        at = line.end()
    yield from ((at + first, at + last) for first, last in find_sentences(text[at:]))
