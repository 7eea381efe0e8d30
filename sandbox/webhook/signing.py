"""The key pair of a webhook: ECDSA on P-256 with SHA-256, over the timestamp and the raw body."""

from base64 import b64encode

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


def new_private_key() -> str:
    """Return a new private key as PEM."""
    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def public_key(private_key: str | None) -> str:
    """Return the public key as base64 of its SPKI form; empty without a private key."""
    if not private_key:
        return ""
    spki = (
        _loaded(private_key)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return b64encode(spki).decode()


def headers(private_key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """Return the two headers that sign ``body``; ``timestamp`` is in seconds since 1970 UTC."""
    moment = str(timestamp)
    signature = _loaded(private_key).sign(moment.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {SIGNATURE: b64encode(signature).decode(), TIMESTAMP: moment}


def _loaded(private_key: str) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - created above
    return key
