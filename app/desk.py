"""Builds the services of the editors' desk, of the change feed and of webhooks for the composition root of the API."""

from random import SystemRandom

from app.changes.service import ChangeService
from app.composition import build_webhook_http
from app.core.clock import Clock
from app.db.session import Database
from app.http.public_address import PublicAddress
from app.review.bulk.service import BulkService
from app.review.comments.mentions import MentionService
from app.review.comments.service import CommentService
from app.review.earlier.service import EarlierService
from app.review.exports.service import ExportService
from app.review.fields.service import FieldService
from app.review.learnt.service import LearntService
from app.review.mistakes.service import MistakeService
from app.review.policies.service import PolicyService
from app.review.progress.service import ProgressService
from app.review.revisions.service import DecisionService
from app.review.saved.service import ViewService
from app.review.schemas.published import PublishedService
from app.review.schemas.service import SchemaService
from app.review.tasks.service import TaskService
from app.settings import Settings
from app.storage.sealing import Sealer
from app.webhooks.service import WebhookService


def build_desk(settings: Settings, *, database: Database, sealer: Sealer, clock: Clock) -> list[object]:
    """Return the services."""
    draw = SystemRandom().random
    return [
        SchemaService(database=database, clock=clock),
        PublishedService(database=database, clock=clock),
        TaskService(database=database, clock=clock),
        FieldService(database=database),
        DecisionService(database=database, draw=draw),
        BulkService(database=database, draw=draw),
        CommentService(database=database, clock=clock),
        MentionService(database=database, clock=clock),
        LearntService(database=database, clock=clock),
        ViewService(database=database, clock=clock),
        PolicyService(database=database, clock=clock),
        ProgressService(database=database, clock=clock),
        MistakeService(database=database),
        ExportService(database=database),
        EarlierService(database=database),
        PublicAddress(settings.web.public_url.rstrip("/")),
        ChangeService(database=database, sealer=sealer),
        WebhookService(database=database, sealer=sealer, http=build_webhook_http(settings), clock=clock),
    ]
