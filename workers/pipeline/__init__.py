"""The stages of an ingestion, and their runner. A stage works without a transaction. The runner then writes its result
in one transaction.
"""
