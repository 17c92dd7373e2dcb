"""What an OPEN announces: capabilities (RFC 5492) inside its optional parameters."""

from typing import NamedTuple, Self

from ioscli.codec.bgp.numbers import BgpError, CapabilityCode, ErrorCode, OpenError

IPV4_UNICAST = (1, 1)
"""AFI and SAFI."""
_PARAMETER = 2
"""The optional parameter that holds capabilities."""


class Capabilities(NamedTuple):
    """The capabilities that are understood, and the codes of the others."""

    families: tuple[tuple[int, int], ...] = ()
    """AFI and SAFI of Multiprotocol Extensions (RFC 4760)."""
    route_refresh: bool = False
    route_refresh_old: bool = False
    """Cisco's code 128."""
    enhanced_refresh: bool = False
    four_octet_as: int | None = None
    graceful_restart: bytes | None = None
    others: tuple[tuple[int, bytes], ...] = ()

    def build(self) -> bytes:
        """The optional parameters, one a capability, as IOS sends them."""
        found: list[tuple[int, bytes]] = []
        for afi, safi in self.families:
            found.append((CapabilityCode.MULTIPROTOCOL, bytes((afi >> 8, afi & 255, 0, safi))))
        if self.route_refresh_old:
            found.append((CapabilityCode.ROUTE_REFRESH_OLD, b""))
        if self.route_refresh:
            found.append((CapabilityCode.ROUTE_REFRESH, b""))
        if self.enhanced_refresh:
            found.append((CapabilityCode.ENHANCED_REFRESH, b""))
        if self.graceful_restart is not None:
            found.append((CapabilityCode.GRACEFUL_RESTART, self.graceful_restart))
        if self.four_octet_as is not None:
            found.append((CapabilityCode.FOUR_OCTET_AS, self.four_octet_as.to_bytes(4, "big")))
        found += self.others
        return b"".join(
            bytes((_PARAMETER, len(value) + 2, code, len(value))) + value for code, value in found
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read optional parameters. Raises BgpError for unknown ones and lengths that lie."""
        found = cls()
        while data:
            if len(data) < 2 or len(data) < 2 + data[1]:
                raise _malformed()
            if data[0] != _PARAMETER:
                subcode = OpenError.UNSUPPORTED_OPTIONAL_PARAMETER
                raise BgpError(ErrorCode.OPEN_MESSAGE, subcode)
            found = found._read(data[2 : 2 + data[1]])
            data = data[2 + data[1] :]
        return found

    def _read(self, data: bytes) -> Self:
        found = self
        while data:
            if len(data) < 2 or len(data) < 2 + data[1]:
                raise _malformed()
            found = found._with(data[0], data[2 : 2 + data[1]])
            data = data[2 + data[1] :]
        return found

    def _with(self, code: int, value: bytes) -> Self:
        match code, len(value):
            case CapabilityCode.MULTIPROTOCOL, 4:
                return self._replace(
                    families=(*self.families, (value[0] << 8 | value[1], value[3]))
                )
            case CapabilityCode.ROUTE_REFRESH, 0:
                return self._replace(route_refresh=True)
            case CapabilityCode.ROUTE_REFRESH_OLD, 0:
                return self._replace(route_refresh_old=True)
            case CapabilityCode.ENHANCED_REFRESH, 0:
                return self._replace(enhanced_refresh=True)
            case CapabilityCode.FOUR_OCTET_AS, 4:
                return self._replace(four_octet_as=int.from_bytes(value, "big"))
            case CapabilityCode.GRACEFUL_RESTART, _:
                return self._replace(graceful_restart=value)
            case _:
                return self._replace(others=(*self.others, (code, value)))


def _malformed() -> BgpError:
    return BgpError(ErrorCode.OPEN_MESSAGE, 0, text="malformed optional parameters")
