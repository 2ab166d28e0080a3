"""The benchmark of issuers counts pairs of documents."""

from app.documents.metadata import NameKind
from evals.bench.issuers import judge_issuers
from tests.issuers.conftest import read_names


def test_pairs_are_judged_within_each_folder_of_data():
    labels = ["0/Acme", "0/Acme", "0/Acme", "0/Ostmark", "0/Ostmark", "0/Juniper", "1/Acme Ltd"]
    read = [
        read_names("Acme Paper, Inc."),
        read_names("ACME PAPER INC"),
        read_names("Newco, Inc.", (NameKind.FORMER, "Acme Paper")),
        read_names("Ostmark Mills"),
        read_names("Juniper Tools"),
        read_names("Juniper Tools Corp"),
        read_names("Acme Paper Ltd"),
    ]
    judged = judge_issuers(labels, read)
    assert (judged.metrics["pair_precision"], judged.metrics["pair_recall"]) == (0.75, 0.75)
    assert (judged.metrics["pairs_joined_wrongly"], judged.metrics["pairs_not_joined"]) == (1.0, 1.0)
    assert {case.id: case.score for case in judged.cases} == {
        "0/Acme": 1.0,
        "0/Ostmark": 0.0,
        "0/Juniper": 0.0,
        "1/Acme Ltd": 1.0,
    }


def test_document_that_cannot_be_read_joins_nothing():
    judged = judge_issuers(["0/Acme", "0/Acme"], [read_names("Acme Paper, Inc."), None])
    assert (judged.metrics["pair_recall"], judged.metrics["documents_unread"]) == (0.0, 1.0)
