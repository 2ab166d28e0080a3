"""Fictional reports, releases, prospectuses and agreements with their metadata, in the layouts in which issuers print
them. A seed draws a document: an issuer's name, a fiscal calendar, and a layout.

Only what metadata is read from is printed: the cover, a few pages of text, signatures and the beginning of exhibits.
"""
