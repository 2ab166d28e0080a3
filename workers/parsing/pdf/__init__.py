"""PDF: pdfium reads text and geometry; pypdf reads metadata, and the files that pdfium can't open."""
