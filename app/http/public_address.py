"""The address under which users reach the pages, for links in files."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """The base of the links to evidence, without a slash at its end."""

    base: str
