"""Keys that never leave their token: PKCS#11 (Cryptoki 2.40), addressed by `pkcs11:` URIs (RFC 7512)."""

import hashlib
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11.util.ec import encode_ec_public_key, encode_ecdsa_signature, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from certificates.errors import KeyUnusable
from certificates.keyfiles import KeyKind, read_file

SCHEME = "pkcs11:"
# RFC 7512, 2.3: what of a URI is understood here; anything else is refused rather than passed over.
PATH_NAMES = frozenset({"token", "serial", "manufacturer", "model", "object", "id", "type"})
QUERY_NAMES = frozenset({"module-path", "pin-source", "pin-value"})
P256_OID = "1.2.840.10045.3.1.7"
RSA_MECHANISMS = {"sha256": pkcs11.Mechanism.SHA256_RSA_PKCS, "sha384": pkcs11.Mechanism.SHA384_RSA_PKCS}
TokenFault = (pkcs11.PKCS11Error, RuntimeError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class TokenAddress:
    """What a `pkcs11:` URI says; texts are None where it is silent."""

    module: str
    token: str | None
    serial: str | None
    label: str | None
    id: bytes | None
    pin: str | None


def parse_uri(uri: str, password: str | None = None) -> TokenAddress:
    """The parts of a URI such as `pkcs11:token=Seal;object=seal?module-path=/usr/lib/…so&pin-source=file:/…`.

    `password` is the PIN where the URI has none. Raises KeyUnusable `PKCS11_URI`, `KEY_FILE_UNREADABLE` (pin-source).
    """
    path, _, query = uri.removeprefix(SCHEME).partition("?")
    names = _attributes(path, ";", PATH_NAMES)
    options = _attributes(query, "&", QUERY_NAMES)
    if not uri.startswith(SCHEME) or "module-path" not in options or not ({"object", "id"} & names.keys()):
        raise _bad_uri("module-path, object/id")
    if names.get("type", b"private") != b"private":
        raise _bad_uri("type")
    texts = {name: value.decode() for name, value in names.items() if name != "id"}
    return TokenAddress(
        options["module-path"].decode(), texts.get("token"), texts.get("serial"), texts.get("object"),
        names.get("id"), _pin(options, password),
    )  # fmt: skip


def _attributes(part: str, separator: str, known: frozenset[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for piece in filter(None, part.split(separator)):
        name, equals, value = piece.partition("=")
        if not equals or name not in known or name in found:
            raise _bad_uri(name)
        found[name] = unquote_to_bytes(value)
        if name != "id":
            try:
                found[name].decode()
            except UnicodeDecodeError as fault:
                raise _bad_uri(name) from fault
    return found


def _bad_uri(place: str) -> KeyUnusable:
    return KeyUnusable(
        "PKCS11_URI",
        f"PKCS#11 地址有误：{place}。应形如 pkcs11:token=…;object=…?module-path=…。",
        f"The PKCS#11 address is not usable at {place}; it looks like pkcs11:token=…;object=…?module-path=….",
        {"place": place},
    )


def _pin(options: Mapping[str, bytes], password: str | None) -> str | None:
    if "pin-value" in options:
        return options["pin-value"].decode()
    if "pin-source" in options:
        source = Path(options["pin-source"].decode().removeprefix("file:"))
        return read_file(source).decode(errors="replace").strip()
    return password


class TokenKey:
    """A private key inside a token; its session stays open and is opened anew in a forked process.

    Safe to share between threads: signatures are made one after another.
    """

    def __init__(self, address: TokenAddress) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._process = 0
        self._key: Any = None
        with self._lock:
            self._open()

    def _open(self) -> None:
        """Raises KeyUnusable `TOKEN_UNUSABLE` or `KEY_KIND`."""
        if self._process not in (
            0,
            os.getpid(),
        ):  # a child has its parent's session handles, and none of them is its own
            pkcs11.unload(self.address.module)
        try:
            self._session = _session(self.address)
            self._key = self._session.get_key(
                object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=self.address.label, id=self.address.id
            )
        except TokenFault as fault:
            raise _unusable(fault) from fault
        if self._key.key_type not in (pkcs11.KeyType.EC, pkcs11.KeyType.RSA):
            raise KeyUnusable(
                "KEY_KIND",
                "令牌中的密钥种类不受支持。",
                "The token's key is of an unsupported kind.",
                {"file": str(self.address.label)},
            )
        self._process = os.getpid()

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """The signature over the data, DER for elliptic curves; `algorithm` is sha256 or sha384.

        Tries a second time with a new session, as another's logging out ends everybody's. Raises KeyUnusable
        `TOKEN_UNUSABLE` when the token does not sign.
        """
        with self._lock:
            if self._process == os.getpid():
                try:
                    return self._signed(data, algorithm)
                except pkcs11.PKCS11Error:
                    self._key = None
            self._open()
            try:
                return self._signed(data, algorithm)
            except TokenFault as fault:
                raise _unusable(fault) from fault

    def _signed(self, data: bytes, algorithm: str) -> bytes:
        if self._key.key_type == pkcs11.KeyType.RSA:
            return bytes(self._key.sign(data, mechanism=RSA_MECHANISMS[algorithm]))
        digest = hashlib.new(algorithm, data).digest()
        return bytes(encode_ecdsa_signature(self._key.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)))

    def certificate(self) -> x509.Certificate | None:
        """The certificate that lies beside the key in the token under the same name, if there is one."""
        wanted: dict[Any, Any] = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE}
        if self.address.label is not None:
            wanted[pkcs11.Attribute.LABEL] = self.address.label
        if self.address.id is not None:
            wanted[pkcs11.Attribute.ID] = self.address.id
        with self._lock:
            for found in self._session.get_objects(wanted):
                return x509.load_der_x509_certificate(found[pkcs11.Attribute.VALUE])
        return None


def _session(address: TokenAddress, *, rw: bool = False) -> Any:  # noqa: ANN401 - the binding is not typed
    """An open session; a process logs in to a token once, for all its sessions (PKCS#11 2.40, 2.6.8)."""
    token = pkcs11.lib(address.module).get_token(
        token_label=address.token, token_serial=address.serial.encode() if address.serial else None
    )
    try:
        return token.open(rw=rw, user_pin=address.pin)
    except pkcs11.UserAlreadyLoggedIn:
        return token.open(rw=rw)


def _unusable(fault: Exception) -> KeyUnusable:
    said = str(fault) or type(fault).__name__
    return KeyUnusable(
        "TOKEN_UNUSABLE",
        f"密码设备（PKCS#11）不可用：{said}。",
        f"The PKCS#11 token cannot be used: {said}.",
        {"reason": said},
    )


def make_token_key(
    uri: str, password: str | None = None, kind: KeyKind = KeyKind.P256
) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:
    """Make a key pair inside the token, never to leave it; returns the public key to be certified.

    Raises KeyUnusable `PKCS11_URI`, `TOKEN_UNUSABLE`, or `TOKEN_KEY_EXISTS` where the name is taken.
    """
    address = parse_uri(uri, password)
    try:
        with _session(address, rw=True) as session:
            public = _generate(session, address, kind)
    except TokenFault as fault:
        if isinstance(fault, KeyUnusable):
            raise
        raise _unusable(fault) from fault
    return public


def _generate(session: Any, address: TokenAddress, kind: KeyKind) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:  # noqa: ANN401
    wanted = {pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY, pkcs11.Attribute.LABEL: address.label or ""}
    if list(session.get_objects(wanted)):
        raise KeyUnusable(
            "TOKEN_KEY_EXISTS",
            f"令牌中已有名为 {address.label} 的密钥，未作任何改动。",
            f"The token already holds a key named {address.label}; nothing was changed.",
            {"object": str(address.label)},
        )
    named = {"id": address.id or b"\x01", "label": address.label or "", "store": True}
    if kind is KeyKind.RSA3072:
        public, _ = session.generate_keypair(pkcs11.KeyType.RSA, 3072, **named)
        loaded = serialization.load_der_public_key(_rsa_info(encode_rsa_public_key(public)))
    else:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(P256_OID)}
        parameters = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        public, _ = parameters.generate_keypair(**named)
        loaded = serialization.load_der_public_key(encode_ec_public_key(public))
    if not isinstance(loaded, ec.EllipticCurvePublicKey | rsa.RSAPublicKey):
        raise _unusable(ValueError(type(loaded).__name__))
    return loaded


def _rsa_info(key: bytes) -> bytes:
    """SubjectPublicKeyInfo around a PKCS#1 RSAPublicKey (RFC 8017, A.1.1)."""
    from asn1crypto.keys import PublicKeyInfo, RSAPublicKey

    return bytes(PublicKeyInfo.wrap(RSAPublicKey.load(key), "rsa").dump())
