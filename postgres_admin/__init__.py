"""The stack's roles in its Postgres: an owner that nobody logs in as, and a login for each password."""
