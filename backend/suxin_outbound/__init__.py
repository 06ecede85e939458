"""The outside world: the protocols the core declares, spoken over the network.

Every call leaves through one guarded client (:mod:`suxin_outbound.guarded`): named timeouts, a limit on what is read,
no redirects, retries only where a repeat does no harm, and nothing secret in a log line or an exception. Addresses from
settings are trusted; addresses a tenant typed go through :mod:`suxin_outbound.addresses` first. Constructors take what
they need; nothing here reads the environment or the wall clock.
"""
