"""The stack config as typed settings, and the files that are rendered from them. Knows no Pulumi."""
