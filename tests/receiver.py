"""Who receives what the product sends out? A real server on the loopback, with a certificate of its own."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mpp_tracker.lib.outward import Network

HOST = "penerima.example"


@dataclass(frozen=True)
class Heard:
    """One message."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A server, what it heard, and what it answers."""

    port: int
    certificate: Path
    heard: list[Heard] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """The statuses of the next answers; then 204."""
    before_answering: Callable[[], object] = lambda: None

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/hook?a=1"

    @property
    def network(self) -> Network:
        """An internet in which there is nobody else, with an authority that knows this server."""
        return network_of(self.port, self.certificate)


def network_of(port: int, certificate: Path, **more: object) -> Network:
    """Return an internet in which every name is the loopback, which is public there."""
    return Network(
        **{
            "resolve": lambda host, port: ["127.0.0.1"],
            "is_allowed": lambda address: ip_address(address).is_loopback,
            "ports": frozenset({port}),
            "authorities": str(certificate),
        }
        | more
    )


def make_certificate(folder: Path, host: str = HOST) -> Path:
    """Write a key and a certificate of its own for a name; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / f"{host}.pem"
    file.write_bytes(private + built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


def encrypted(certificate: Path) -> ssl.SSLContext:
    """Return how a server with a certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextmanager
def receiving(folder: Path) -> Iterator[Receiver]:
    """Receive messages."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.heard.append(Heard(self.path, headers, body))
            receiver.before_answering()
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.send_header("Location", receiver.url)
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Say nothing."""

    certificate = make_certificate(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = encrypted(certificate).wrap_socket(server.socket, server_side=True)
    receiver = Receiver(server.server_port, certificate)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
