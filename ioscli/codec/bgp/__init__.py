"""BGP-4 messages (RFC 4271) with the capabilities and attributes of IPv4 unicast routing.

numbers.py       code points of messages, capabilities, attributes, notifications
message.py       the header, OPEN, KEEPALIVE, NOTIFICATION, ROUTE-REFRESH
capabilities.py  what OPEN's optional parameters announce (RFC 5492)
attributes.py    path attributes
update.py        UPDATE: withdrawn prefixes, attributes, prefixes
stream.py        messages out of TCP's bytes
"""

from ioscli.codec.bgp.attributes import AsPathSegment, PathAttributes, SegmentType
from ioscli.codec.bgp.capabilities import Capabilities
from ioscli.codec.bgp.message import Keepalive, Message, Notification, Open, RouteRefresh
from ioscli.codec.bgp.numbers import BgpError
from ioscli.codec.bgp.stream import MessageStream
from ioscli.codec.bgp.update import Update

__all__ = [
    "AsPathSegment",
    "BgpError",
    "Capabilities",
    "Keepalive",
    "Message",
    "MessageStream",
    "Notification",
    "Open",
    "PathAttributes",
    "RouteRefresh",
    "SegmentType",
    "Update",
]
