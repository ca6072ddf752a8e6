"""The stack's components, one a file, each named after what it runs."""
