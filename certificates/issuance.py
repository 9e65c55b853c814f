"""Issuing an X.509 certificate (RFC 5280): names, profiles, extensions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID, ObjectIdentifier

from certificates.errors import KeyUnusable
from certificates.keyfiles import KeyKind, PrivateKey, PublicKey, make_key

# RFC 5280, appendix A: upper bound of organizationName and commonName. It means characters, but widespread software
# counts bytes and complains of longer names, so that 21 Chinese characters are what everybody accepts.
NAME_LIMIT = 64
SKEW = timedelta(minutes=5)
DEVELOPMENT = "DEVELOPMENT"
"""The word in the name of every certificate that proves nothing."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key with its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def serial(self) -> str:
        """The certificate's serial number in hexadecimal."""
        return f"{self.certificate.serial_number:x}"

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate of one purpose may do, and how long."""

    days: int
    ca_depth: int | None = None
    purposes: tuple[ObjectIdentifier, ...] = ()
    purposes_critical: bool = False


def require_name(subject: str) -> None:
    if not 1 <= len(subject.strip().encode()) <= NAME_LIMIT:
        raise KeyUnusable(
            "AUTHORITY_NAME_LENGTH",
            f"机构名称不能为空，且不超过 {NAME_LIMIT} 字节（{NAME_LIMIT // 3} 个汉字）。",
            f"The organisation's name must have 1 to {NAME_LIMIT} bytes ({NAME_LIMIT // 3} Chinese characters).",
            {"subject": subject},
        )


def name_of(organisation: str, title: str) -> x509.Name:
    require_name(organisation)
    whole = organisation.strip()
    short = whole.encode()[: NAME_LIMIT - len(" Issuing CA")].decode(errors="ignore").strip()
    return _distinguished(whole, f"{short} {title}")


def development_name(title: str) -> x509.Name:
    return _distinguished(f"{DEVELOPMENT} ONLY 仅供测试", f"{DEVELOPMENT} {title} 仅供测试")


def _distinguished(organisation: str, name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def make_pair(
    subject: x509.Name, now: datetime, profile: Profile, issuer: Pair | None, kind: KeyKind, crl_url: str = ""
) -> Pair:
    key = make_key(kind)
    if issuer is None:
        return Pair(key, _signed(subject, key.public_key(), now, profile, subject, key, now, crl_url))
    return Pair(key, certify(subject, key.public_key(), now, profile, issuer, crl_url))


def certify(
    subject: x509.Name, public_key: PublicKey, now: datetime, profile: Profile, issuer: Pair, crl_url: str
) -> x509.Certificate:
    end = issuer.certificate.not_valid_after_utc
    if not issuer.certificate.not_valid_before_utc <= now < end:
        raise KeyUnusable(
            "ISSUER_EXPIRED",
            f"上级证书有效期至 {end:%Y-%m-%d}，此时不能签发证书。",
            f"The issuer's certificate is valid until {end:%Y-%m-%d} and cannot certify now.",
            {"serial": issuer.serial},
        )
    return _signed(subject, public_key, now, profile, issuer.certificate.subject, issuer.key, end, crl_url)


def _signed(
    subject: x509.Name,
    public_key: PublicKey,
    now: datetime,
    profile: Profile,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    issuer_end: datetime,
    crl_url: str,
) -> x509.Certificate:
    end = now + timedelta(days=profile.days)
    is_ca = profile.ca_depth is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(end if issuer == subject else min(end, issuer_end))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=profile.ca_depth), critical=True)
        .add_extension(_usage(ca=is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if profile.purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(profile.purposes), critical=profile.purposes_critical)
    if crl_url:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
