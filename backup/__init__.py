"""Backups of a stack's database: taken, encrypted, and restored into the same or another stack."""
