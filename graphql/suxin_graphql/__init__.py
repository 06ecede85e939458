"""The GraphQL API of the city for banks and their systems.

A resolver of stored data returns *what to read* (a ``Reading``), never rows; ``execution`` reads it in the request's
one snapshot. A mutation is one committed transaction; what it refuses is a member of its result union.
"""
