"""OAuth: clients, grants and tokens, behind which every caller of the platform stands.

Vocabulary: client (a tenant's system or app, or one of our own), pushed request (RFC 9126), authorization code, grant (what
was allowed to a client, by whom, about whom), access token (RFC 9068, signed, minutes long), refresh token, device code
(RFC 8628), proof of possession (DPoP, RFC 9449), client assertion (RFC 7523). Profile: FAPI 2.0 Security Profile.

Invariants: an access token is bound to one key and one grant, and is good only while its grant and its client are; codes,
pushed requests and device codes are good once; a code or refresh token presented again ends its grant and that is
remembered although the request is refused; what a subject approved carries the consent's id, which narrows every reading.
"""
