"""What servers have in common that a cloud runs: an address for containers of every network, and a certificate."""

from __future__ import annotations

import datetime
import io
import ipaddress
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docker
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from docker.models.containers import Container


@dataclass(frozen=True, kw_only=True)
class ManagedServer:
    """A server at `address`, the same for containers of every network; `ca` signs its certificate."""

    container: Container
    address: str
    port: int
    ca: str


_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """Who signs certificates of servers."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def server(self, address: str) -> tuple[str, str]:
        """Return a key and a certificate for the server at an address, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        made = _signed(_name("managed"), key, names, issuer=self.certificate.subject, signer=self.key)
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        private = key.private_bytes(encoding, form, serialization.NoEncryption())
        return private.decode(), made.public_bytes(encoding).decode()


def authority(name: str) -> Authority:
    """Return an authority of its own, which signed itself."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _name(name)
    may_sign = x509.BasicConstraints(ca=True, path_length=None)
    uses = x509.KeyUsage(**{name: name == "key_cert_sign" for name in _USES})
    return Authority(key=key, certificate=_signed(subject, key, may_sign, uses, issuer=subject, signer=key))


def bridge_address(engine: docker.DockerClient) -> str:
    """Return this machine's address on Docker's own bridge, where containers of every network reach its ports."""
    described: Any = engine.networks.get("bridge").attrs
    [subnet] = [
        ipaddress.ip_network(entry["Subnet"]) for entry in described["IPAM"]["Config"] if ":" not in entry["Subnet"]
    ]
    # The first one; an engine that has just made its bridge does not tell.
    return str(next(subnet.hosts()))


def archive(folder: str, files: Mapping[str, str], *, owner: int) -> bytes:
    """Return files that only their owner may read, as an archive for the root of a container."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as written:
        for name, text in files.items():
            content, entry = text.encode(), tarfile.TarInfo(f"{folder.removeprefix('/')}/{name}")
            entry.size, entry.mode, entry.uid = len(content), 0o600, owner
            written.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *critical: x509.ExtensionType,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(minutes=1))
    for extension in critical:
        builder = builder.add_extension(extension, critical=True)
    # Python 3.13 takes none that does not say whose key signed it.
    own, theirs = key.public_key(), signer.public_key()
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own), critical=False)
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(theirs), critical=False)
    return builder.not_valid_after(now + datetime.timedelta(days=1)).sign(signer, hashes.SHA256())
