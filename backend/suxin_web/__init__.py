"""What all edges share: from a request to its caller, and from an answer to its bytes.

Vocabulary: the runtime is what every edge works with (database, clock, profiles, sealer, the outside world, limits). A
caller is the :class:`~suxin.kernel.actor.Actor` behind a session or token. A problem is a refusal in REST's own form
(RFC 9457). A page is server-rendered HTML inside the shared shell; an asset is a static file named with its content hash.

Invariants: no transaction stays open across a request; a cookie never authorises an unsafe method without its CSRF
token; whatever is not a refusal is masked with the request's id; every answer carries the security headers.
"""
