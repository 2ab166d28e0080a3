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
    title = "Only an engineer or an administrator of the tenant may publish runs."


class PublishedRunNotFoundError(NotFoundError):
    code = "published-run-not-found"
    title = "There is no such run that you may see."


class PublishedCaseNotFoundError(NotFoundError):
    code = "published-case-not-found"
    title = "There is no such case in a run that you may see."


class RunInvalidError(InvalidInputError):
    code = "published-run-invalid"
    title = "This is not the record of a run: publish it with 'footnote eval publish'."


class RunUnfinishedError(InvalidInputError):
    code = "published-run-unfinished"
    title = "The run is not done: finish it with 'footnote eval run --resume', then publish it."


class RunPublishedBeforeError(ConflictError):
    code = "published-run-differs"
    title = "A run of that id was published with other content: published runs are never changed. Run the suite anew."


class RunTooLargeError(TooLargeError):
    code = "published-run-too-large"
    title = "The run is over the limit of 32 MiB, 5,000 cases or 200 metrics: publish a sample of it."


class ComparisonTooLargeError(InvalidInputError):
    code = "eval-comparison-too-large"
    title = (
        "These runs have too many cases and metrics to be compared here: compare them with 'footnote eval compare', "
        "or publish samples of them."
    )


class ComparisonsBusyError(UnavailableError):
    code = "eval-comparisons-busy"
    title = "Other runs are being compared just now: try again in a few seconds."
