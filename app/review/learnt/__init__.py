"""What corrections of editors teach the reader: which row of a statement is which line item."""
