"""The public API of certificates: one certificate, and the signed lists that readers without a network keep."""

from app.credentials.api import certificate, lists
from app.credentials.api.certificate import EXAMPLE, CertificateBody, as_data, blueprint

_PARTS = (certificate.described(), lists.described())

blueprint.openapi = {  # type: ignore[attr-defined]
    "paths": {path: item for part in _PARTS for path, item in part["paths"].items()},
    "schemas": {name: schema for part in _PARTS for name, schema in part["schemas"].items()},
}

__all__ = ["EXAMPLE", "CertificateBody", "as_data", "blueprint"]
