import pytest

from app.review.value_texts import print_value
from evals.datasets.agreements.loading import is_made, load_made
from evals.datasets.agreements.making import CREDIT, OFFERING, draw_made, layouts, write_agreements
from evals.datasets.files import DatasetError


def test_written_fields_are_loaded_with_their_values(tmp_path):
    written = write_agreements(tmp_path, seeds=(1,), schemas=(OFFERING,))
    fields = load_made(tmp_path)
    assert is_made(tmp_path)
    assert {each.document for each in fields} == {path.name for path in written}
    made = draw_made(OFFERING, "two-series", 1)
    loaded = {each.field: each.truth() for each in fields if each.document == f"{OFFERING}-{made.name}.html"}
    assert loaded == made.truth


def test_fields_without_their_document_are_rejected(tmp_path):
    written = write_agreements(tmp_path, seeds=(1,), schemas=(OFFERING,))
    written[0].unlink()
    with pytest.raises(DatasetError):
        load_made(tmp_path)


@pytest.mark.parametrize("schema", [CREDIT, OFFERING])
def test_twelve_layouts_print_every_amount_that_is_true(schema):
    assert len(layouts(schema)) == 12
    for layout in layouts(schema):
        made = draw_made(schema, layout, 3)
        text = made.as_html().decode()
        limit = made.truth.get("letter_of_credit_sublimit")
        assert limit is None or print_value(limit).removeprefix("USD ") in text


def test_same_seed_draws_the_same_document():
    first, second = (draw_made(CREDIT, "restated", 4) for _ in range(2))
    assert (first.as_html(), first.as_pdf()) == (second.as_html(), second.as_pdf())
