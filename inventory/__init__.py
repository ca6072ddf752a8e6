"""What a LiteLLM proxy holds: read whole, written down as a stack would declare it, compared with what stacks own."""
