"""Parses PDF. pdfium reads text and positions. pypdf reads metadata, and files that pdfium can't open."""
