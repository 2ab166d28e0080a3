"""Errors of the rules of who must agree."""

from app.core.errors import ConflictError, NotFoundError

MOST_RULES = 200


class PolicyNotFoundError(NotFoundError):
    code = "review-policy-not-found"
    title = "There is no such rule."


class TooManyPoliciesError(ConflictError):
    code = "too-many-policies"
    title = f"A tenant has at most {MOST_RULES} rules: delete one first."
