"""Errors of published runs."""

from app.core.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)


class EngineerRequiredError(ForbiddenError):
    code = "engineer-required"
    title = "Only an engineer of the tenant may publish runs."


class PublishedRunNotFoundError(NotFoundError):
    code = "published-run-not-found"
    title = "There is no such published run, or you may not see it."


class PublishedCaseNotFoundError(NotFoundError):
    code = "published-case-not-found"
    title = "There is no such case, or you may not see its run."


class RunInvalidError(InvalidInputError):
    code = "published-run-invalid"
    title = "This is not a valid run record: publish the run with 'footnote eval publish'."


class RunUnfinishedError(InvalidInputError):
    code = "published-run-unfinished"
    title = "The run is not finished: finish it with 'footnote eval run --resume', then publish it."


class RunPublishedBeforeError(ConflictError):
    code = "published-run-differs"
    title = "A run with that id was published with other content and cannot be changed: run the suite again."


class RunTooLargeError(TooLargeError):
    code = "published-run-too-large"
    title = "The run exceeds the limit of 32 MiB, 5,000 cases or 200 metrics: publish a sample of it."


class ComparisonTooLargeError(InvalidInputError):
    code = "eval-comparison-too-large"
    title = (
        "These runs have too many cases and metrics to compare here: compare them with 'footnote eval compare', "
        "or publish samples of them."
    )


class ComparisonsBusyError(UnavailableError):
    code = "eval-comparisons-busy"
    title = "Too many comparisons are running: try again in a few seconds."
