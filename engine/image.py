"""Images that containers run."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker


def image_id(resource_name: str, reference: str, *, opts: pulumi.ResourceOptions | None = None) -> pulumi.Output[str]:
    """Return the id of the image `reference`, pulled unless the engine has it.

    The id, not the reference, goes to containers: other content under the same reference then shows in the preview.
    """
    # Without keep_locally the provider deletes the image with the resource, even one that was built on this host.
    return docker.RemoteImage(resource_name, name=reference, keep_locally=True, opts=opts).image_id
