"""Which push endpoints we are willing to talk to.

An endpoint is an address that a phone hands us and that our server then calls, so it is treated as
hostile: only the browsers' own push services and hosts that the administrator named, only https on
port 443, never an address on a private network. The same check runs when a subscription arrives and
again before every message, because the list may have become shorter in between. What a name
resolves to is checked by the sender at the moment it connects.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from sayso.domain.errors import EndpointRefused

BROWSER_HOSTS = (
    "fcm.googleapis.com",
    "*.push.apple.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
)
_LONGEST = 1024
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """`extra_hosts` are allowed besides the browsers' own; `*.` in front stands for subdomains."""

    extra_hosts: tuple[str, ...] = ()
    allow_loopback: bool = False

    def origin(self, endpoint: str) -> str:
        """The origin ("https://host") of an endpoint that may be used.

        Raises `EndpointRefused`, whose sentence never repeats the endpoint: it is a secret.
        """
        host, scheme, port = _parts(endpoint)
        if self.allow_loopback and host in _LOOPBACK_NAMES and scheme in {"http", "https"}:
            shown = f"[{host}]" if ":" in host else host
            return f"{scheme}://{shown}" + (f":{port}" if port else "")
        if scheme != "https":
            raise EndpointRefused("A push endpoint must use https.")
        if port not in {None, 443}:
            raise EndpointRefused("A push endpoint must use port 443.")
        if _is_address(host):
            raise EndpointRefused("A push endpoint must be a named host, not a bare address.")
        if not self.allows(host):
            raise EndpointRefused("That host is not a push service this server may use.")
        return f"https://{host}"

    def allows(self, host: str) -> bool:
        """Whether a lower-case host name is on the list."""
        return any(_matches(host, pattern) for pattern in (*BROWSER_HOSTS, *self.extra_hosts))


def is_public(address: str, *, allow_loopback: bool = False) -> bool:
    """Whether an IP address lies on the public internet.

    Addresses that embed another one (IPv4 mapped into IPv6, 6to4, NAT64) are judged by the inner
    one, which is where a connection would end up.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner), allow_loopback=allow_loopback)
    if ip.is_loopback:
        return allow_loopback
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def _parts(endpoint: str) -> tuple[str, str, int | None]:
    if not endpoint or len(endpoint) > _LONGEST:
        raise EndpointRefused(f"A push endpoint has between 1 and {_LONGEST} characters.")
    if not endpoint.isascii() or any(char <= " " or char in '\\"<>' for char in endpoint):
        raise EndpointRefused("A push endpoint holds plain address characters only.")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise EndpointRefused("That push endpoint is not an address.") from error
    if not parts.hostname or not parts.path.strip("/"):
        raise EndpointRefused("A push endpoint names a host and a path.")
    if "@" in parts.netloc or parts.fragment:
        raise EndpointRefused("A push endpoint carries neither a user name nor a fragment.")
    return parts.hostname.lower(), parts.scheme, port


def _matches(host: str, pattern: str) -> bool:
    wanted = pattern.lower()
    if wanted.startswith("*."):
        return host.endswith(wanted[1:]) and len(host) > len(wanted) - 1
    return host == wanted


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # The last label of a real host is never a number; "127.1" and "0x7f.1" reach machines.
        last = host.rstrip(".").rsplit(".", 1)[-1]
        return last.isdigit() or last.startswith("0x")
    return True
