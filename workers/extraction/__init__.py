"""From parsed documents to fields: what a document says about itself."""
