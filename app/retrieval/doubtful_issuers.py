"""Recognise issuers that were not read with certainty: by their confidence, and by keys that cannot be names."""

import re

UNSURE_ISSUER = 0.7
"""Below this confidence (a rank, `app.documents.metadata.FieldSource`), an issuer was guessed from the most frequent
name; registrants on covers, headlines and parties of agreements have 0.75 and more.
"""
# Defined terms ("The Company"), headings of forms, and small capitals that were read with blanks ("a cme h oldings").
# PostgreSQL and Python read the pattern alike.
DOUBTFUL_ISSUER = re.compile(
    "^((our|the|this|such|parent|said) )?(company|companies|registrant|issuer|borrower|corporation|group|holdings?|"
    "guarantors?|parent|partnership|trust|fund|bank|we|us|our|the)$"
    "|^(united states|table of contents|press release|for immediate release|news release|washington d ?c)$"
    "|^(united states )?securities and exchange commission|^(annual|quarterly|current) report|^commission file"
    "|^(form (10|8|20|6|s|f)|part i+|item [0-9]+[a-z]?|exhibit [0-9]+)( |$)"
    "|^[a-z] [a-z]+ [a-z] [a-z]"
    "|^[0-9 ]*$"
)


def is_doubtful_issuer(key: str) -> bool:
    """Return whether a normalised name cannot be an issuer's, so that its document may belong to any issuer."""
    return DOUBTFUL_ISSUER.search(key) is not None
