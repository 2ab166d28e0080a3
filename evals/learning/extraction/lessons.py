"""What labelled documents teach: each graded reading, and whether it is right."""

from collections.abc import Iterable, Mapping

from app.review.values import YesNoValue
from evals.datasets.extraction import Label, SchemaLabels
from evals.environment.fields import ReadField, ReadFields
from evals.learning.extraction.fitting import Lesson
from evals.scoring.extraction import is_right, judge_field


def lessons_of(schema: SchemaLabels, labels: Iterable[Label], read: Mapping[str, ReadFields]) -> list[Lesson]:
    """Return the lessons of the labels whose fields a grading rule read."""
    lessons = []
    for label in labels:
        fields = read[label.document].fields
        field = fields.get(schema.key_of(label.field))
        if field is None or field.graded is None:
            continue
        right = _is_right(label, field, fields.get("initial_term"))
        if right is not None:
            graded = field.graded
            lessons.append(Lesson(label.document, field.learnt_as, graded.grade, graded.score, right))
    return lessons


def _is_right(label: Label, field: ReadField, term: ReadField | None) -> bool | None:
    if field.graded is not None and isinstance(field.graded.value, YesNoValue):
        return label.present
    return is_right(judge_field(label, field.proposal, term.proposal if term else None))
