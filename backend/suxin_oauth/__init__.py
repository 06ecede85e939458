"""The authorization server (RFC 6749 and what FAPI 2.0 adds to it), over HTTP.

Authlib carries the grants of the token endpoint; pushed requests, authorization details, proofs of possession and client
assertions are ours, in ``suxin.consent.oauth``. Every answer of a protocol endpoint is JSON that is not stored, and brings
the next DPoP nonce.
"""
