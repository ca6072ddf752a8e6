"""What a host needs before `pulumi up`, and comfort around it; `make` calls `python3 -m supply`."""
