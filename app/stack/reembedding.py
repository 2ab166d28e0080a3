"""How far documents are embedded again after a change of the embeddings (`workers.maintenance.reembedding`)."""

from dataclasses import dataclass

from sqlalchemy import text

from app.db.session import Database, build_engine

LIMIT_MS = 30_000

_STATE = text("""
    SELECT s.model || '/' || s.dimensions || '/' || s.version AS space, r.documents, r.outdated, r.error_code
    FROM reembedding_state() r LEFT JOIN embedding_spaces s ON s.id = r.space_id
""")


@dataclass(frozen=True, slots=True)
class ReembeddingProgress:
    """Of `documents` searchable documents, `outdated` have vectors of another space than the current one.

    `space` is the current space, "model/dimensions/version"; None while several are active. `error_code` is that of the
    last task, if it failed.
    """

    space: str | None
    documents: int
    outdated: int
    error_code: str | None

    def describe(self) -> str:
        """Return a sentence for the operator."""
        if self.space is None:
            return "Several embedding spaces are active: run `footnote database upgrade`, or start Footnote again."
        if not self.outdated:
            return f"All documents ({self.documents}) are embedded in the current space, {self.space}."
        sentence = (
            f"{self.outdated} of {self.documents} documents are being embedded again in the current space, "
            f"{self.space}. Until then, questions find them by words."
        )
        if self.error_code is None:
            return sentence
        return f"{sentence} The last attempt failed ({self.error_code}): check the endpoint and the workers' logs."


def read_reembedding(owner_url: str) -> ReembeddingProgress:
    """Read the progress over all tenants. `owner_url` is the owner's URL. Raises DatabaseUnavailableError."""
    database = Database(
        engine=build_engine(owner_url, pool_size=1, statement_timeout_ms=LIMIT_MS, application_name="footnote-owner")
    )
    try:
        with database.anonymous() as session:
            row = session.execute(_STATE).one()
    finally:
        database.close()
    return ReembeddingProgress(row.space, row.documents, row.outdated, row.error_code)
