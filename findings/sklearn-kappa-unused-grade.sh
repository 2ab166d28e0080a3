#!/usr/bin/env bash
# scikit-learn's weighted kappa takes the distance of two grades from their places in the sorted list of grades that
# occur, not from their values: a grade that nobody gave changes the figure, and named grades are sorted by alphabet.
#
# Hurts: the same answers agree by 0.40 or 0.35; of high, medium and low, "high" and "low" count as neighbours.
source "$(dirname "${BASH_SOURCE[0]}")/support/setup.sh"
install scikit-learn==1.9.1
observe <<'PY'
from observation import compare, show_versions
from sklearn.metrics import cohen_kappa_score

show_versions("scikit-learn")
NAMES = {1: "low", 2: "medium", 3: "high"}


def kappa(first, second, **options):
    return round(float(cohen_kappa_score(first, second, weights="linear", **options)), 2)


grades = [1, 1, 2, 4, 4, 2], [1, 2, 2, 4, 2, 4]
ratings = [3, 1, 2, 1, 3, 2], [2, 1, 2, 1, 3, 1]
named = [[NAMES[rating] for rating in rater] for rater in ratings]
compare(
    expected="the figure is the same with and without the list of grades, and for ratings and their names",
    seen={
        "grades 1, 2 and 4": kappa(*grades),
        "the same of 1 to 4": kappa(*grades, labels=[1, 2, 3, 4]),
        "ratings": kappa(*ratings),
        "their names": kappa(*named),
    },
    recorded={"grades 1, 2 and 4": 0.4, "the same of 1 to 4": 0.35, "ratings": 0.62, "their names": 0.4},
)
PY
