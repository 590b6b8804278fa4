"""Why no connection came about where TLS is the reason: whose certificate, and what to do.

gRPC says it in OpenSSL's words, or that the socket was closed: a server that refuses us tells
itself why, and not us.
"""

import datetime as dt

from cryptography import x509

from services.kit.tls import Material

_OURS, _THEIRS = "PLANTMESH_TLS_CERT", "PLANTMESH_TLS_CA"
_ALL = f"{_OURS}, PLANTMESH_TLS_KEY and {_THEIRS}"
_SAID = (
    ("certificate has expired", "its certificate is expired: renew it there"),
    ("certificate is not yet valid", "its certificate is not valid yet: compare the clocks"),
    ("CERTIFICATE_VERIFY_FAILED", f"{_THEIRS} did not sign its certificate"),
    ("Hostname Verification", "its certificate is for another name than it was called by"),
    ("WRONG_VERSION_NUMBER", f"it speaks no TLS: set {_ALL} there too"),
)
_CLOSED = ("Socket closed", "Connection reset")


def way_out(said: str, shown: Material | None, now: dt.datetime) -> str:
    """For what gRPC `said` of a connection on which we `shown` this; "" when TLS is no reason."""
    for words, hint in _SAID:
        if words in said:
            return hint
    if "last error" not in said or not any(words in said for words in _CLOSED):
        return ""
    if shown is None:
        return f"if it wants TLS, set {_ALL}"
    end = _end(shown)
    if end <= now:
        return f"{_OURS} ended at {end.isoformat()}: renew it"
    return f"it may not believe who signed {_OURS}"


def _end(shown: Material) -> dt.datetime:
    return x509.load_pem_x509_certificates(shown.cert)[0].not_valid_after_utc
