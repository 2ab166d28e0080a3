"""Models of line items that are learnt without some companies, to measure facts of filings that no model has seen.

Companies are dealt to folds. A fold's model is learnt from the companies of all other folds. How clear its answers are
is fitted on the answers of the other folds' models, each for its own companies.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from evals.learning.__main__ import read_filings
from evals.learning.label_tables import read_label_tables
from evals.learning.learning import learn, write_model
from evals.learning.made_statements import read_made_statements
from evals.learning.training import FOLDS, lessons_of

_COMPANIES = "companies.json"


def ensure_left_out(labels: Path, filings: Path, printed: Path, folder: Path) -> Mapping[str, Path]:
    """Return the file of the model that has not seen a company, by company. The files are in `folder`, made once.

    `labels` is a file of label tables, `filings` a folder of tagged filings, and `printed` one with their PDFs.
    """
    known = folder / _COMPANIES
    if not known.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        lessons = lessons_of([*read_label_tables(labels), *read_filings(filings, printed), *read_made_statements()])
        learnt = learn(lessons)
        for fold in range(FOLDS):
            write_model(folder / f"{fold}.npz", [each.without[fold] for each in learnt])
        known.write_text(json.dumps(dict(lessons[0].folds) if lessons else {}))
    return {company: folder / f"{fold}.npz" for company, fold in json.loads(known.read_text()).items()}
