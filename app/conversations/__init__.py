"""Conversations: turns with follow-up questions, their scope, their history, and feedback on answers."""
