"""What the rules for agreements and offerings share: joined text, definitions, sections, figures and tables."""
