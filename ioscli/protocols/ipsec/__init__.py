"""IPsec's data plane: ESP (RFC 4303), AH (RFC 4302) and the SA database (RFC 4301).

- transforms: what each algorithm adds to a packet; `plaintext_mtu`
- replay: the anti-replay window of one inbound SA
- sa: one direction of an SA: sequence numbers, counts, lifetimes, errors
- suites: how ESP's bytes are sealed and opened, one class a family of ciphers; `make_esp_sa`
- ah: AH around whole packets
- sadb: the SAs of one router: which one carries traffic, rekeying, expiry; key records

RFCs: 2403, 2404, 4868 (HMAC), 2405, 2451 (DES, 3DES), 3602 (AES-CBC), 4106 (AES-GCM),
2410 (NULL), 4301, 4302, 4303. Negotiation is IKE's; the router carries the effects out.
"""
