"""The application's own endpoint: a POST to it, and to nothing else that an address may turn out to be.

An endpoint is what somebody typed, and Accord calls it from within an account: so it is https, follows no redirect,
and the connection goes to the very address that was checked (DESIGN section 7).
"""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

from accord.errors import Retryable
from accord.ports import EndpointRefusedError

TIMEOUT = urllib3.Timeout(connect=5, read=10)
type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class UpstreamEndpoint:
    """`Endpoint` over urllib3. `allowed`: hosts that may be private and without TLS; none outside the local stack."""

    allowed: Sequence[str] = ()

    def check(self, url: str) -> None:
        """Returns when a notice could be sent there. Raises EndpointRefusedError, or Retryable when nobody knows the
        name of its host."""
        self._target(url)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of the answer; of the answer itself nothing is read."""
        parsed, address = self._target(url)
        headers = {**headers, "host": parsed.netloc or "", "user-agent": "Accord", "accept": "*/*"}
        try:
            with _pool(parsed, address) as pool:
                answer = pool.urlopen(
                    "POST", parsed.request_uri, body=body, headers=headers, redirect=False, preload_content=False
                )
                answer.close()
                return int(answer.status)
        except (HTTPError, OSError) as error:
            raise Retryable(f"the endpoint did not answer: {type(error).__name__}", effect_unknown=True) from error

    def _target(self, url: str) -> tuple[Url, Address]:
        try:
            parsed = parse_url(url)
        except HTTPError:
            raise EndpointRefusedError("is not a URL") from None
        host = (parsed.host or "").strip("[]")
        if not host or parsed.auth is not None:
            raise EndpointRefusedError("names no host, or a user")
        free = host in self.allowed
        if parsed.scheme != "https" and not (free and parsed.scheme == "http"):
            raise EndpointRefusedError("is not https")
        addresses = _addresses(host, parsed.port or 443)
        if not free and not all(_is_public(address) for address in addresses):
            raise EndpointRefusedError("leads to a private address")
        return parsed, addresses[0]


def _pool(url: Url, address: Address) -> urllib3.HTTPConnectionPool:
    """Connections to the address, as to the host that it was found for: name and certificate are the host's."""
    if url.scheme == "http":
        return urllib3.HTTPConnectionPool(str(address), url.port or 80, timeout=TIMEOUT, retries=False)
    return urllib3.HTTPSConnectionPool(
        str(address),
        url.port or 443,
        timeout=TIMEOUT,
        retries=False,
        server_hostname=url.host,
        assert_hostname=url.host,
    )


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Retryable("nobody knows the name of the endpoint's host", effect_unknown=False) from error
    return [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]


def _is_public(address: Address) -> bool:
    """Not private, loopback, link-local, shared (RFC 6598), multicast or reserved, nor one of these within an IPv6
    address that stands for an IPv4 one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
