"""A chat application behind the gateway: it knows a URL and a virtual key, no provider and no provider's key.

make env KEY=chat-app
python examples/chat.py "What is a virtual key?"
"""

from __future__ import annotations

import argparse
import os
import sys

from dotenv import load_dotenv
from langchain_openai import ChatOpenAI
from openai import APIStatusError
from pydantic import SecretStr


def main() -> int:
    """Ask the model one question; return 0, or 1 where a budget is spent."""
    parser = argparse.ArgumentParser(description="Ask the gateway's model one question.")
    parser.add_argument("question")
    parser.add_argument("--user", default="HyperUser", help="the end user whose budget counts (default: HyperUser)")
    parser.add_argument("--env", default=".env", help="the file that `make env` wrote (default: .env)")
    arguments = parser.parse_args()
    load_dotenv(arguments.env)
    model = ChatOpenAI(
        model=os.environ["LITELLM_MODEL"],
        base_url=os.environ["LITELLM_BASE_URL"],
        api_key=SecretStr(os.environ["LITELLM_API_KEY"]),
        model_kwargs={"user": arguments.user},
        max_retries=0,
    )
    try:
        print(model.invoke(arguments.question).text)
    except APIStatusError as error:
        if not is_spent_budget(error):
            raise
        print(f"The budget is spent; try again when it resets. (user {arguments.user})", file=sys.stderr)
        return 1
    return 0


def is_spent_budget(error: APIStatusError) -> bool:
    """Tell whether the gateway refused because a budget is spent: the key's, the end user's or the proxy's."""
    return isinstance(error.body, dict) and error.body.get("type") == "budget_exceeded"


if __name__ == "__main__":
    sys.exit(main())
