"""The images that are known before anything that they run: a backup precedes a change of either."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.platform import platform
from config.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ImagesArgs:
    """`settings` name the images."""

    settings: Settings


class Images(pulumi.ComponentResource):
    """The ids of the database's and the proxy's image."""

    postgres: pulumi.Output[str]
    litellm: pulumi.Output[str]

    def __init__(self, name: str, args: ImagesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("litellm-stack:components:Images", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        engine = platform(args.settings)
        self.postgres = engine.image(f"{name}-postgres", args.settings.images.postgres, opts=child)
        self.litellm = engine.image(f"{name}-litellm", args.settings.images.litellm, opts=child)
        self.register_outputs({})
