"""Streams (订阅): what a caller is told as it happens, until he leaves or may be told no more.

A subscription hears the announcements of one topic of the caller's tenant. For each of them who he is, and what he may, is found
anew, and the operation is executed as a query is, in a snapshot of its own: what he may not see is not told, and what was
read is on record before it is sent. It goes over WebSockets (``sockets``, graphql-transport-ws) or server-sent events
(``events``, graphql-sse's distinct connections).
"""
