"""Errors of tasks.

NotFoundError ← TaskNotFoundError
ConflictError ← TaskClaimedError, ClaimLostError, TaskNotOpenError
InvalidInputError ← AssigneeError
"""

from app.core.errors import ConflictError, InvalidInputError, NotFoundError


class TaskNotFoundError(NotFoundError):
    code = "task-not-found"
    title = "There is no such task, or you may not see its document."


class TaskClaimedError(ConflictError):
    code = "task-claimed"
    title = "Another person is working on this task: take the next one, or try again when the claim has ended."


class ClaimLostError(ConflictError):
    code = "claim-lost"
    title = "Your claim of this task has ended: claim it again, and repeat what you did."


class TaskNotOpenError(ConflictError):
    code = "task-not-open"
    title = "The task is not open: its document is still being read, or could not be read."


class AssigneeError(InvalidInputError):
    code = "assignee-invalid"
    title = "There is no such user who reviews: assign the task to an editor or an approver."
