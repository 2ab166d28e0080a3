"""Registers all rules: each module in the packages beside this one registers its own when it is imported."""

import importlib
import pkgutil
from functools import cache

from workers.extraction import fields
from workers.extraction.fields.reader import FieldReader


@cache
def field_reader() -> FieldReader:
    """Return the reader with all rules registered."""
    for found in pkgutil.walk_packages(fields.__path__, f"{fields.__name__}."):
        importlib.import_module(found.name)
    return FieldReader()
