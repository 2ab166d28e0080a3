"""Blob storage behind one port: per tenant, content-addressed, encrypted at rest, on local disk or S3."""
