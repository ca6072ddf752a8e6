"""Images that containers run."""

from __future__ import annotations

import pulumi
import pulumi_docker as docker
from docker.errors import ImageNotFound

from engine.api import connect


def image_id(resource_name: str, reference: str, *, opts: pulumi.ResourceOptions | None = None) -> pulumi.Output[str]:
    """Return the id of the image `reference`, pulled unless the engine has it.

    The id, not the reference, goes to containers: other content under the same reference then shows in the preview.
    """
    return _image(resource_name, reference, opts).image_id


def image_on_every_node(
    resource_name: str, reference: str, *, opts: pulumi.ResourceOptions | None = None
) -> pulumi.Output[str]:
    """Return the image `reference` by its digest in the registry, from which each node of a Swarm pulls it.

    An image that was built is in no registry and goes by its id: no engine pulls that, and every node has to have it.
    """
    image = _image(resource_name, reference, opts)
    return pulumi.Output.all(image.repo_digest, image.image_id).apply(lambda known: known[0] or known[1])


def variables(image: str) -> dict[str, str]:
    """Return the environment that an image sets itself; empty if the engine does not have the image."""
    client = connect()
    try:
        described = client.images.get(image).attrs.get("Config") or {}
    except ImageNotFound:
        return {}
    finally:
        client.close()
    # An engine may leave out what is empty.
    entries = [entry.partition("=") for entry in described.get("Env") or ()]
    return {name: value for name, _, value in entries}


def _image(resource_name: str, reference: str, opts: pulumi.ResourceOptions | None) -> docker.RemoteImage:
    # Without keep_locally the provider deletes the image with the resource, even one that was built on this host.
    return docker.RemoteImage(resource_name, name=reference, keep_locally=True, opts=opts)
