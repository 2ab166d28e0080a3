"""Learns which sentence answers a question, and when none does (`app.answers.writing.choosing`)."""
