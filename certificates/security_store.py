"""The document's security store: chains and revocation data beside the seal (ETSI EN 319 142-1, 5.4.2)."""

from dataclasses import dataclass, field

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, ValidationInfoReadingError

from certificates.errors import KeyUnusable
from certificates.revocation import Evidence
from certificates.verdict import Refusal

FAULTS = (PdfError, ValidationInfoReadingError, KeyUnusable, ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, slots=True)
class Store:
    """What the store holds; `present` is False where the document has none."""

    present: bool = False
    certificates: tuple[x509.Certificate, ...] = ()
    evidence: Evidence = field(default_factory=Evidence)


def read_store(reader: PdfFileReader) -> Store:
    """The store of a document whose seal was found genuine; raises Refusal `BROKEN_STRUCTURE`."""
    try:
        found = DocumentSecurityStore.read_dss(reader)
        certificates = tuple(found.load_certs())
        crls = [ref.get_object().data for ref in found.crls]
        answers = [ref.get_object().data for ref in found.ocsps]
        return Store(present=True, certificates=certificates, evidence=Evidence.of(crls, answers))
    except NoDSSFoundError:
        return Store()
    except FAULTS as fault:
        raise Refusal("BROKEN_STRUCTURE") from fault
