"""The signature value of a sealed document, put together from DER that was prepared once per seal.

CMS SignedData over a digest, detached (RFC 5652), with the signed attributes that PAdES B-B asks for: content type,
message digest, ESS signing-certificate-v2 with the issuer and serial number (ETSI EN 319 142-1, 6.3; RFC 5035). The
time of sealing stands in the signature dictionary, as that profile demands. Two holes are left: the digest, whose
length is fixed, and the signature, whose length is not for P-256.
"""

import hashlib
from typing import Protocol

from asn1crypto import algos, cms, core, tsp, x509

MARK = bytes(range(0x40, 0x60))
"""Stands for the digest while the attributes are prepared."""
DIGEST = "sha256"
LONGEST_ECDSA = 150
"""More than the DER of any ECDSA signature over a curve of up to 521 bits."""


class Sealing(Protocol):
    """What sealing takes from a signer: see `keys.Signer`."""

    @property
    def signing_cert(self) -> x509.Certificate | None: ...
    @property
    def cert_registry(self) -> object: ...
    def sign_bytes(self, data: bytes, digest_algorithm: str = ...) -> bytes: ...


class PreparedSeal:
    """A seal with everything but the digest and the signature written. Safe to share between threads."""

    def __init__(self, signer: Sealing) -> None:
        certificate = signer.signing_cert
        if certificate is None:
            raise ValueError("the signer has no certificate")
        self._sign = signer.sign_bytes
        public = certificate.public_key
        self.is_curve = public.algorithm == "ec"
        attributes = _attributes(certificate)
        self._before, self._after = attributes.split(MARK)
        self._head, self._signer = _prepared(certificate, signer, self.is_curve)
        longest = LONGEST_ECDSA if self.is_curve else public.byte_size
        self.longest = len(self._around(bytes(32), bytes(longest)))

    def value(self, digest: bytes) -> bytes:
        """The ContentInfo in DER for the SHA-256 digest of the bytes that the signature covers."""
        attributes = self._before + digest + self._after
        return self._around(digest, self._sign(b"\x31" + attributes[1:], DIGEST))

    def _around(self, digest: bytes, signature: bytes) -> bytes:
        start, algorithm = self._signer
        one = _wrap(0x30, start + self._before + digest + self._after + algorithm + _wrap(0x04, signature))
        data = _wrap(0x30, self._head + _wrap(0x31, one))
        return _wrap(0x30, cms.ContentType("signed_data").dump() + _wrap(0xA0, data))


def _attributes(certificate: x509.Certificate) -> bytes:
    """The signed attributes, DER, under the tag [0] that they carry inside the signer's information."""
    issuer = x509.GeneralName("directory_name", certificate.issuer)
    essential = tsp.ESSCertIDv2(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": DIGEST}),
            "cert_hash": hashlib.sha256(certificate.dump()).digest(),
            "issuer_serial": {"issuer": [issuer], "serial_number": certificate.serial_number},
        }
    )
    found = cms.CMSAttributes(
        [
            cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
            cms.CMSAttribute({"type": "message_digest", "values": [core.OctetString(MARK)]}),
            cms.CMSAttribute(
                {"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2({"certs": [essential]})]}
            ),
        ]
    )
    return b"\xa0" + bytes(found.dump()[1:])


def _prepared(certificate: x509.Certificate, signer: Sealing, is_curve: bool) -> tuple[bytes, tuple[bytes, bytes]]:  # noqa: FBT001
    """What stands before the signer's information, and of that what stands before the attributes and after them."""
    digest = algos.DigestAlgorithm({"algorithm": DIGEST, "parameters": core.Null()})
    chain = [one for one in signer.cert_registry if one.self_issued is not True]  # type: ignore[attr-defined]
    found = {one.dump(): one for one in (certificate, *chain)}
    certificates = cms.CertificateSet([cms.CertificateChoices("certificate", one) for one in found.values()])
    head = b"".join(
        (
            cms.CMSVersion("v1").dump(),
            cms.DigestAlgorithms([digest]).dump(),
            cms.ContentInfo({"content_type": "data"}).dump(),
            b"\xa0" + certificates.dump()[1:],
        )
    )
    named = cms.SignerIdentifier(
        "issuer_and_serial_number",
        cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number}),
    )
    # RFC 5754: the parameters are absent for ECDSA and NULL for RSA.
    algorithm = algos.SignedDigestAlgorithm({"algorithm": f"{DIGEST}_{'ecdsa' if is_curve else 'rsa'}"})
    return head, (cms.CMSVersion("v1").dump() + named.dump() + digest.dump(), algorithm.dump())


def _wrap(tag: int, content: bytes) -> bytes:
    """The content under a tag, its length written the one shortest way (X.690, 10.1)."""
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    width = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + length.to_bytes(width, "big") + content
