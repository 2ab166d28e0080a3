"""Examples: instructions written here by kind, those of a folder in BIPIA's format, and ordinary sentences."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.answers.verification.directing import LONGEST, is_cued
from app.answers.verification.instructions import find_units
from evals.environment.reading import read_document

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{(\w+)\}")
_FILLED = {
    "mark": (
        "QZXV",
        "the word Maple",
        '"Blue Heron"',
        "VERITAS-7",
        "TRANSLUCENT",
        "zebra",
        "the code K9-44",
        "Larkspur",
    ),
    "quoted": ('"All is well here."', "“Stay curious”", '"verified by experts"', '"OK-77"'),
    "topic": ("revenue", "the auditor", "net income", "dividends", "the credit agreement", "operating costs"),
    "figure": ("$9,999 million", "zero", "$4.2 billion", "12%"),
    "link": ("www.free-gift.example", "http://win.example/now", "help@prize.example"),
    "phone": ("(555) 010-7788", "4417-0093"),
}
_EVERY = 3
"""One of so many files of each folder is read."""

_MOST_CUED, _MOST_OTHERS = 4_000, 2_000


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, whether it directs, and the kind or file that is left out together."""

    text: str
    directs: bool
    group: str
    is_written: bool = True


def list_examples(data: Path) -> list[Example]:
    """List the examples of this folder and those of `data`, always the same ones."""
    chance = random.Random(0)  # noqa: S311  not a secret
    return [
        *_written("instructions.txt", chance, directs=True),
        *_written("ordinary.txt", chance, directs=False),
        *_planted(data / "injection" / "text_attacks.json"),
        *_printed(data, chance),
    ]


def _written(name: str, chance: random.Random, *, directs: bool) -> Iterator[Example]:
    kind = ""
    for line in (_HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            kind = line[2:]
            continue
        for _ in range(2 if "{" in line else 1):
            text = _SLOT.sub(lambda slot: chance.choice(_FILLED[slot[1]]), line)
            yield Example(text, directs, f"{name} {kind}")


def _planted(path: Path) -> Iterator[Example]:
    kinds: dict[str, Sequence[str]] = json.loads(path.read_text(encoding="utf-8"))
    for kind, instructions in kinds.items():
        yield from (Example(text, True, kind) for text in instructions if not text.endswith("?"))


def _printed(data: Path, chance: random.Random) -> Iterator[Example]:
    """Yield sentences of filings, contracts and e-mails: most of them such as have to be judged at all."""
    files = [
        *sorted((data / "filings").glob("*.html"))[::_EVERY],
        *sorted((data / "contracts").rglob("*.pdf"))[::_EVERY],
    ]
    texts = {file.name: list(read_document(file).pages.values()) for file in files}
    mails = (data / "injection" / "email.jsonl").read_text(encoding="utf-8").splitlines()
    texts |= {f"e-mail {number}": [json.loads(mail)["context"]] for number, mail in enumerate(mails)}
    found = [Example(unit, False, name, False) for name, pages in texts.items() for unit in _units(pages)]
    cued = [each for each in found if is_cued(each.text)]
    others = [each for each in found if not is_cued(each.text)]
    for group, most in ((cued, _MOST_CUED), (others, _MOST_OTHERS)):
        yield from chance.sample(group, min(most, len(group)))


def _units(pages: Sequence[str]) -> Iterator[str]:
    for page in pages:
        for start, end in find_units(page):
            if 15 < end - start < LONGEST and not page[start:end].endswith("?"):
                yield page[start:end]
