"""Models of line items that are learnt without some companies, to measure facts of filings that no model has seen.

Companies are dealt to folds. A fold's model is learnt from the companies of all other folds. How clear its answers are
is fitted on the answers of the other folds' models, each for its own companies.
"""

import json
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from app.facts.items.clarity import CONCEPT, ITEM
from app.facts.items.model import StatementModel
from evals.learning.__main__ import NO_CLARITY, Learnt, read_filings, write_model
from evals.learning.label_tables import read_label_tables
from evals.learning.made_statements import read_made_statements
from evals.learning.training import FOLDS, Answers, Lesson, answer, compress, fit_clarity, lessons_of, train

_COMPANIES = "companies.json"


def ensure_left_out(labels: Path, filings: Path, printed: Path, folder: Path) -> Mapping[str, Path]:
    """Return the file of the model that has not seen a company, by company. The files are in `folder`, made once.

    `labels` is a file of label tables, `filings` a folder of tagged filings, and `printed` one with their PDFs.
    """
    known = folder / _COMPANIES
    if not known.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        lessons = lessons_of([*read_label_tables(labels), *read_filings(filings, printed), *read_made_statements()])
        with ProcessPoolExecutor(2) as pool:
            learnt = list(pool.map(_learn_folds, lessons))
        for fold in range(FOLDS):
            write_model(folder / f"{fold}.npz", lessons, [Learnt(models[fold], [], []) for models in learnt])
        known.write_text(json.dumps(dict(lessons[0].folds) if lessons else {}))
    return {company: folder / f"{fold}.npz" for company, fold in json.loads(known.read_text()).items()}


def _learn_folds(lesson: Lesson) -> list[StatementModel]:
    trained = [train(lesson, fold) for fold in range(FOLDS)]
    answers = [answer(lesson, compress(lesson, each, NO_CLARITY), fold) for fold, each in enumerate(trained)]
    fold_of = np.concatenate([np.full(len(each[ITEM].rows), fold) for fold, each in enumerate(answers)])
    joined = {
        level: Answers(
            rows=tuple(row for each in answers for row in each[level].rows),
            names=tuple(name for each in answers for name in each[level].names),
            measures=np.vstack([each[level].measures for each in answers]),
            right=np.concatenate([each[level].right for each in answers]),
        )
        for level in (ITEM, CONCEPT)
    }
    return [
        compress(lesson, each, {level: fit_clarity(own, fold_of != fold) for level, own in joined.items()})
        for fold, each in enumerate(trained)
    ]
