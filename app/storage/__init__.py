"""Blob storage behind one port, on local disk or S3. Each blob belongs to one tenant and is stored encrypted."""
