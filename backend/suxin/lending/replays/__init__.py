"""Replays (回放试算): how a draft of a product would have fared with the requests of the last quarter.

Requests are answered by the matching engine itself; of what comes of it a bank is shown counts alone, by criterion. No count lets it tell fewer than five
applicants apart, by itself or beside any other it was shown; see ``counting``. What a replay has counted as which is the platform's own.
"""
