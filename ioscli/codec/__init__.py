"""Bytes to frozen values and back: `parse` and `build` are mirrors, malformed is DecodeError.

errors         what malformed input raises
checksum       the Internet checksum, whole and incremental (RFC 1071, RFC 1624)
ethernet       Ethernet II and 802.3 framing, MAC address text
hdlc           Cisco HDLC framing of serial lines, and SLARP keepalives
arp            address resolution (RFC 826)
ipv4           the IPv4 header (RFC 791), and fast helpers on packet bytes for the forwarding path
ipv4_template  headers that differ in length, identification, ToS and flags only
fragments      fragmentation and reassembly (RFC 791, RFC 815)
icmp           echo, destination unreachable, time exceeded (RFC 792, RFC 1191)
udp            UDP with its pseudo-header checksum (RFC 768)
bgp/           BGP-4 messages, capabilities and path attributes (RFC 4271)
rip            RIP versions 1 and 2 and their authentication (RFC 1058, RFC 2453, RFC 2082)
tcp            TCP segments and options (RFC 9293, 2385), and the MSS rewritten in transit
telnet         Telnet's commands and options in a stream of text (RFC 854, RFC 855)
gre            GRE with checksum, key and sequence number (RFC 2784, RFC 2890)
esp            the clear head of ESP (RFC 4303) and what shares UDP port 4500 with it (RFC 3948)
isakmp         ISAKMP and IKEv1 messages (RFC 2408, RFC 2409)
rsa            RSA key pairs, found and written as ASN.1 (RFC 8017)
ec             key pairs on NIST's curves, written as ASN.1 (RFC 5480)
"""
