"""What is refused of a log: a proof, a note, a checkpoint, an entry."""

from certificates.errors import CertificateError


class LogInvalid(CertificateError):
    """A proof that proves nothing, a note nobody trusted has signed, a text that is no checkpoint."""


def proof_wrong(code: str) -> LogInvalid:
    """The refusal of a proof."""
    return LogInvalid(code, *PROOF[code])


PROOF: dict[str, tuple[str, str]] = {
    "PROOF_SIZE_ZERO": ("空日志没有可证明的内容。", "There is nothing to prove about an empty log."),
    "PROOF_RANGE": ("所问的位置不在该大小的日志之内。", "What is asked for lies outside a log of that size."),
    "PROOF_MALFORMED": ("证明的格式不正确。", "The proof is not of the right form."),
    "PROOF_LENGTH": ("证明的长度与日志大小不符。", "The proof's length does not fit the sizes."),
    "PROOF_WRONG": ("证明与检查点的根不符。", "The proof does not lead to the root of the checkpoint."),
}
