"""Past moments of a task.

A decision counts from the time that it got while its task and its field were locked (`made_at`), if its transaction
commits. Until the transaction ends, nobody can know whether it counts. So a read of a moment first waits until the
decisions before the moment have ended: the same moment then reads the same, whenever it is read.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from app.core.errors import InvalidInputError
from app.core.principal import Principal
from app.db.session import Database
from app.review.tasks.errors import TaskNotFoundError
from app.review.tasks.repository import TaskRepository

_SETTLE = text("SELECT settle_decisions(:task)")


class MomentNotPastError(InvalidInputError):
    code = "moment-not-past"
    title = "The moment is in the future: name a past one, or none for the present state."


def settle_moment(database: Database, principal: Principal, task_id: UUID, moment: datetime) -> None:
    """Wait until each decision on a task that was made until a moment has ended. The caller's next transaction sees all
    that count.

    Raises TaskNotFoundError, MomentNotPastError, DatabaseUnavailableError if a decision takes too long.
    """
    with database.transaction(principal) as session:
        if TaskRepository(session).find_view(task_id) is None:
            raise TaskNotFoundError
        now = session.execute(_SETTLE, {"task": task_id}).scalar_one()
    if moment > now:
        raise MomentNotPastError
