"""A token issuer for development: one key, a JWKS file, and tokens for anyone asked for."""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from deploy.local.secrets import write_private
from services.chassis.clock import Ids

ISSUER = "mesoflow-dev"
AUDIENCE = "mesoflow"
ALGORITHM = "ES256"
# Everyone who works at a chain; what reaches further is asked for by name.
EVERYDAY_ROLES = (
    "chain_admin",
    "clinical_lead",
    "physician",
    "practitioner",
    "front_desk",
    "billing",
    "safety_officer",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a token speaks for; the claims of DESIGN, under their names there."""

    sub: str
    chain: str
    roles: Sequence[str]
    clinics: Sequence[str] = ()
    practitioner_id: str | None = None


class Issuer:
    """Signs tokens with the key kept in `folder`, and says there how to check them."""

    def __init__(self, folder: Path) -> None:
        """Make the key, the JWKS file and the development chain's id on the first call."""
        folder.mkdir(exist_ok=True, mode=0o700)
        self._folder = folder
        self._key = self._kept_key(folder / "key.pem")
        public = ECAlgorithm(ECAlgorithm.SHA256).to_jwk(self._key.public_key(), as_dict=True)
        self._key_id = _fingerprint(self._key.public_key())
        keys = [{**public, "kid": self._key_id, "alg": ALGORITHM, "use": "sig"}]
        write_private(folder / "jwks.json", json.dumps({"keys": keys}))

    @property
    def jwks_url(self) -> str:
        """Where services read the public key."""
        return (self._folder / "jwks.json").as_uri()

    @property
    def chain(self) -> str:
        """The id of the chain that development tokens speak for unless told otherwise."""
        path = self._folder / "chain"
        if not path.exists():
            write_private(path, Ids().new())
        return path.read_text()

    def issue(self, person: Person, *, ttl_seconds: float = 3600, **claims: object) -> str:
        """Return a signed token; `claims` replace or, as None, remove what it would say."""
        now = int(time.time())
        said: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + int(ttl_seconds),
            "jti": str(uuid.uuid4()),
            **asdict(person),
            **claims,
        }
        payload = {name: value for name, value in said.items() if value is not None}
        headers = {"kid": self._key_id}
        return jwt.encode(payload, self._key, algorithm=ALGORITHM, headers=headers)

    @staticmethod
    def _kept_key(path: Path) -> ec.EllipticCurvePrivateKey:
        if not path.exists():
            made = ec.generate_private_key(ec.SECP256R1())
            encoded = made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            write_private(path, encoded.decode())
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return key


def _fingerprint(key: ec.EllipticCurvePublicKey) -> str:
    point = key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
    )
    return uuid.uuid5(uuid.NAMESPACE_OID, point.hex()).hex
