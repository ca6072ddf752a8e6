"""What the salt key encrypts in the proxy's database: counted, guarded, and re-encrypted when the salt key rotates."""
