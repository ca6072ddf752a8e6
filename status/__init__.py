"""What a stack is like right now, read from the engine, the proxy and Prometheus, and shown in a terminal."""
