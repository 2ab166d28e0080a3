"""The SQLAlchemy metadata of all tables, for Alembic and for schema checks."""

from sqlalchemy import MetaData

import app.access.history
import app.access.models
import app.answers.models
import app.audit.models
import app.changes.models
import app.conversations.models
import app.db.context
import app.documents.models
import app.evaluations.models
import app.facts.models
import app.http.idempotency.models
import app.identity.models
import app.identity.oidc.models
import app.identity.sessions.models
import app.issuers.models
import app.issuers.watching.models
import app.jobs.models
import app.retrieval.models
import app.review.models
import app.tables.models
import app.webhooks.models  # noqa: F401 (these modules are imported because they define tables)
from app.db.base import Base

METADATA: MetaData = Base.metadata
