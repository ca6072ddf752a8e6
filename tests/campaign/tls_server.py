"""A server whose certificate ends in days; runs in LiteLLM's image, which has `cryptography`. Nothing is served."""

from __future__ import annotations

import datetime
import socketserver
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PORT = 8443
DAYS = 5


def certificate(path: Path) -> None:
    """Write a key and a certificate that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ends-soon")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now)
    made = builder.not_valid_after(now + datetime.timedelta(days=DAYS)).sign(key, hashes.SHA256())
    encoding = serialization.Encoding.PEM
    unencrypted = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(unencrypted + made.public_bytes(encoding))


if __name__ == "__main__":
    file = Path("/tmp/tls.pem")  # in the container
    certificate(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server = socketserver.ThreadingTCPServer(("", PORT), socketserver.BaseRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
