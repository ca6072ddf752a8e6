"""What the stack asks of the Docker engine: containers, one-shot jobs, health, cutover, and checks before them."""
