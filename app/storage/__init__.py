"""Blobs behind one port: tenant-scoped, content-addressed, encrypted at rest, on local disk or S3."""
