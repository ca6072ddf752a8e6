"""What a stack is like and what it did, as one HTML page that needs nothing else."""
