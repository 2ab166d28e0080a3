"""Reads the fields of a schema in a file, as the pipeline does, with the grade of each reading."""

from dataclasses import dataclass, replace
from pathlib import Path

from app.core.errors import DocumentError
from app.review.proposals import Proposal, ProposalState
from app.review.schemas.definition import FieldSpec, shipped_schema
from evals.environment.reading import read_document
from workers.extraction.facts.reading import read_document_facts
from workers.extraction.fields.grading import (
    GRADED_RULES,
    Confidences,
    Graded,
    learnt_name,
    to_proposal,
)
from workers.extraction.fields.reader import GENERAL, ReadDocument
from workers.extraction.fields.rules import field_reader


@dataclass(frozen=True, slots=True)
class ReadField:
    """A field as it was read. For a rule that grades, `graded` is the reading and `learnt_as` names its confidences."""

    spec: FieldSpec
    proposal: Proposal
    graded: Graded | None
    learnt_as: str

    def with_confidences(self, confidences: Confidences) -> Proposal:
        """Return the proposal with other confidences than the shipped ones."""
        if self.graded is None or self.proposal.search is None or self.proposal.state is ProposalState.UNREAD:
            return self.proposal
        return to_proposal(self.spec, self.graded, self.proposal.search, confidences)


@dataclass(frozen=True, slots=True)
class ReadFields:
    """The fields of a file by key; none if it cannot be read, for the reason `failure`."""

    fields: dict[str, ReadField]
    failure: str | None = None


def read_fields(path: Path, schema: str, general: bool = False) -> ReadFields:
    """Read a file's fields; if `general`, without their rules. The file's name is hidden, because people name files
    after what they contain.
    """
    try:
        read = read_document(path)
    except DocumentError as failure:
        return ReadFields({}, f"{failure.code}: {failure.detail}")
    facts = read_document_facts(read.parsed, read.tables, read.metadata)
    document = ReadDocument(replace(read.parsed, properties={}), read.tables, facts, read.metadata)
    specs = shipped_schema(schema).fields
    if general:
        specs = tuple(replace(spec, rule=None) for spec in specs)
    proposals = field_reader().read(document, specs)
    return ReadFields({
        spec.key: _graded(document, spec, proposal) for spec, proposal in zip(specs, proposals, strict=True)
    })  # fmt: skip


def _graded(document: ReadDocument, spec: FieldSpec, proposal: Proposal) -> ReadField:
    name = spec.rule or GENERAL
    known = GRADED_RULES.get(name)
    if known is None or proposal.state is ProposalState.UNREAD:
        return ReadField(spec, proposal, None, name)
    return ReadField(spec, proposal, known(document, spec), learnt_name(name, spec))
