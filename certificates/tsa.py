"""A time-stamp authority for development and tests (RFC 3161). It proves nothing: its own clock is whatever it is told.

Its certificates say so in their names, and a verdict on a document that it stamped says so too.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from certificates.issuance import Pair

# A policy of nobody's: the arc of examples (RFC 9371 has none for this, ISO 6523 ICD 2.999 is "example").
POLICY = "2.999.3161.1"
REQUEST_LIMIT = 10_000
DIGESTS = {"sha256": 32, "sha384": 48, "sha512": 64}
REQUEST_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
TITLE = "DEVELOPMENT time stamps, for testing only 仅供测试\n"


class Rejection(core.Sequence):  # type: ignore[misc]
    """A response without a token (RFC 3161, 2.4.2), which the library's own type does not provide for."""

    _fields = [("status", tsp.PKIStatusInfo)]  # noqa: RUF012  the library's way


class DevelopmentTimeStamper(TimeStamper):
    """Answers time-stamp requests in this process.

    `clock` gives aware times; `chain` are certificates to send beside the authority's own.
    """

    def __init__(self, pair: Pair, clock: Callable[[], datetime], chain: Sequence[x509.Certificate] = ()) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._key = pair.key
        self._clock = clock
        found = [asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER))
                 for one in (pair.certificate, *chain)]  # fmt: skip
        self._certificates = found
        # Made once and kept as bytes: the library encodes what it was given in parts anew at each use.
        named = {"type": "signing_certificate_v2", "values": [as_signing_certificate_v2(found[0], "sha256")]}
        serial = {"issuer": found[0].issuer, "serial_number": found[0].serial_number}
        self._named = cms.CMSAttribute.load(cms.CMSAttribute(named).dump())
        self._serial = cms.IssuerAndSerialNumber.load(cms.IssuerAndSerialNumber(serial).dump())

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """pyHanko's hook; raises TimestampRequestError for a rejection."""
        answer = self.answer(req)
        if isinstance(answer, Rejection):
            raise TimestampRequestError(f"rejected: {answer['status'].native}")
        return answer

    def answer(self, request: tsp.TimeStampReq) -> tsp.TimeStampResp | Rejection:
        """The response to a request: a token, or a rejection with its reason (RFC 3161, 2.4.2)."""
        imprint = request["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        if DIGESTS.get(algorithm) != len(imprint["hashed_message"].native):
            return _rejection("bad_alg" if algorithm not in DIGESTS else "bad_data_format")
        if request["req_policy"].native not in (None, POLICY):
            return _rejection("unaccepted_policy")
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": imprint,
                "serial_number": secrets.randbits(63),
                "gen_time": self._clock().astimezone(UTC).replace(microsecond=0),
                **({"nonce": request["nonce"]} if request["nonce"].native is not None else {}),
            }
        ).dump()
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info, request)})
        return tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": token})

    def _signed(self, info: bytes, request: tsp.TimeStampReq) -> cms.SignedData:
        digest = algos.DigestAlgorithm({"algorithm": "sha256"})
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                self._named,
            ]
        )
        elliptic = isinstance(self._key, ec.EllipticCurvePrivateKey)
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier({"issuer_and_serial_number": self._serial}),
            "digest_algorithm": digest,
            "signature_algorithm": {"algorithm": "sha256_ecdsa" if elliptic else "sha256_rsa"},
            "signed_attrs": attributes,
            "signature": self._sign(attributes.dump()),
        }
        content = {"content_type": "tst_info", "content": core.ParsableOctetString(info)}
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [digest],
                "encap_content_info": content,
                **({"certificates": self._certificates} if request["cert_req"].native else {}),
                "signer_infos": [signer],
            }
        )

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def _rejection(reason: str) -> Rejection:
    return Rejection({"status": {"status": "rejection", "fail_info": {reason}}})


def serve(stamper: DevelopmentTimeStamper, host: str = "127.0.0.1", port: int = 0) -> ThreadingHTTPServer:
    """A bound HTTP server (RFC 3161, 3.4) that answers once `serve_forever` runs; `server_port` is the port it got."""

    class Handler(BaseHTTPRequestHandler):
        """POST answers requests, GET says what this is."""

        def do_GET(self) -> None:
            self._reply(200, "text/plain; charset=utf-8", TITLE.encode())

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isascii() or not length.isdigit() or int(length) > REQUEST_LIMIT:
                self._reply(413, "text/plain; charset=utf-8", TITLE.encode())
                return
            body = self.rfile.read(int(length))
            try:
                answer = stamper.answer(tsp.TimeStampReq.load(body, strict=True))
            except (ValueError, TypeError, KeyError):
                answer = _rejection("bad_data_format")
            self._reply(200, REPLY_TYPE, answer.dump())

        def _reply(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Says nothing: what asked is known to whoever asked."""

    return ThreadingHTTPServer((host, port), Handler)
