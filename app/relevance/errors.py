"""Errors of the reader.

FootnoteError
└── UnavailableError
    └── ReaderUnavailableError     reader-unavailable: its package is missing, or has other files than expected
"""

from app.core.errors import UnavailableError


class ReaderUnavailableError(UnavailableError):
    code = "reader-unavailable"
    ends_by_itself = False
    title = "The built-in reader cannot be loaded: run 'make install', or set FOOTNOTE_READER__ENABLED=false."
