"""The rules, one a file, as pure functions: resources in, violations out. `config/policy.py` knows them by name."""
