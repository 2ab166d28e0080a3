"""The single-machine stack.

PostgreSQL and Valkey from wheels, and the processes of Footnote, under one supervisor.
"""
