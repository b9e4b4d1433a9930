"""A certificate authority for one run of the server, and what it certifies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files of a server certificate for the loopback address."""

    authority: Path
    """What clients are to trust (PEM)."""
    chain: Path
    key: Path


def issue(folder: Path) -> Certificate:
    """Make an authority and a certificate for 127.0.0.1, ::1 and localhost, kept in `folder`."""
    authority = trustme.CA(organization_name="bridge practice org")
    server = authority.issue_cert("127.0.0.1", "::1", "localhost")
    made = Certificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    authority.cert_pem.write_to_path(str(made.authority))
    server.private_key_pem.write_to_path(str(made.key))
    for number, blob in enumerate(server.cert_chain_pems):
        blob.write_to_path(str(made.chain), append=number > 0)
    return made
