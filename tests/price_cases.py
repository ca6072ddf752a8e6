"""Models, and whether LiteLLM 1.106.12 has a price for them; tests/integration/test_linter_live.py asks it."""

from __future__ import annotations

from typing import NamedTuple


class Case(NamedTuple):
    """A model as litellm_params names it, and whether LiteLLM counts anything for it or lists it as free."""

    model: str
    priced: bool
    provider: str | None = None
    base_model: str | None = None


PROFILE = "bedrock/arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"

CASES = (
    Case("openai/gpt-4o", True),
    Case("gpt-4o", True),
    Case("gpt-4o", True, provider="openai"),
    Case("openai/GPT-4o", True),
    Case("openai/gpt-4o-2031-01-01", True),
    Case("openai/text-embedding-3-small", True),
    Case("openai/ft:gpt-4o-2024-08-06:acme::abc", True),
    Case("openai/acme-large", False),
    Case("openai/my-gpt-4o", False),
    Case("openai/acme-large", True, base_model="gpt-4o"),
    Case("openai/acme-large", False, base_model="acme"),
    Case("acme-large", False, provider="openai"),
    Case("hosted_vllm/acme-large", False),
    Case("hosted_vllm/gpt-4o", False),
    Case("lm_studio/acme-large", False),
    Case("text-completion-openai/gpt-3.5-turbo-instruct", True),
    Case("azure/gpt-4o", True),
    Case("azure/our-deployment", False),
    Case("azure/our-deployment", True, base_model="azure/gpt-4o"),
    Case("azure/our-deployment", True, base_model="gpt-4o"),
    Case("azure_ai/gpt-4o", True),
    Case("azure_ai/acme", False),
    Case("anthropic/claude-sonnet-4-5", True),
    Case("anthropic/claude-acme", False),
    Case("bedrock/anthropic.claude-3-5-sonnet-20240620-v1:0", True),
    Case("bedrock/eu.anthropic.claude-3-5-sonnet-20240620-v1:0", True),
    Case("bedrock/us-east-1/anthropic.claude-3-5-sonnet-20240620-v1:0", True),
    Case("bedrock/converse/us.anthropic.claude-3-5-sonnet-20240620-v1:0", True),
    Case("bedrock/acme.large-v1:0", False),
    Case(PROFILE, False),
    Case(PROFILE, True, base_model="anthropic.claude-3-5-sonnet-20240620-v1:0"),
    Case("vertex_ai/gemini-2.5-pro", True),
    Case("vertex_ai/claude-sonnet-4-5", True),
    Case("vertex_ai/acme-model", False),
    Case("gemini/gemini-2.5-flash", True),
    Case("gemini/gemini-2.5-flash-001", True),
    Case("gemini/acme", False),
    Case("mistral/mistral-large-latest", True),
    Case("mistral/acme", False),
    Case("groq/openai/gpt-oss-120b", True),
    Case("groq/gpt-4o", False),
    Case("deepseek/deepseek-chat", True),
    Case("cohere/command-r-plus-08-2024", True),
    Case("cohere/acme", False),
    Case("together_ai/acme-7b", True),
    Case("together_ai/acme", False),
    Case("fireworks_ai/acme-7b", True),
    Case("fireworks_ai/acme", False),
    Case("replicate/acme/large", True),
    Case("huggingface/acme/large", False),
    Case("ollama/acme", False),
    Case("databricks/databricks-claude-sonnet-4-5", True),
    Case("watsonx/acme", False),
    Case("github/gpt-4o", True),
    Case("dashscope/qwen3-max", True),
    Case("dashscope/qwen-image-3.0", False),
)
