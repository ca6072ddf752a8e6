"""Names that people outside choose, fit to be shown."""


def printable(name: str) -> str:
    """Return a name without what a terminal would obey or XML refuse: callers choose those of customers."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)
