"""Writes a set of fault cases: one variant of each kind, half of them in HTML and half in PDF."""

import json
from pathlib import Path
from random import Random

from evals.datasets.faults import CASES, FaultCase
from evals.datasets.variants.kinds import KINDS, formats_of, make_variant


def write_faults(folder: Path) -> Path:
    """Write `cases.jsonl` and the files of its cases into `folder`. Each run writes the same bytes."""
    cases = []
    for number, fault in enumerate(KINDS, start=1):
        forms = formats_of(fault)
        variant = make_variant(fault, forms[number % len(forms)], Random(number))  # noqa: S311  no secret
        place = folder / f"{number:02}"
        place.mkdir(parents=True, exist_ok=True)
        for name, data in variant.files.items():
            (place / name).write_bytes(data)
        names = tuple(f"{place.name}/{name}" for name in variant.files)
        files = {"file": names[0]} if len(names) == 1 else {"files": names}
        cases.append(
            FaultCase.model_validate({**files, "fault": fault, "checks": variant.checks, "load": variant.load})
        )
    rows = (case.model_dump(mode="json", exclude_defaults=True) for case in cases)
    (folder / CASES).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
    return folder
