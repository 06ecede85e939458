"""Events (事件): what a tenant's own systems should know, told by webhook (推送) and by pull (拉取) out of one feed.

Vocabulary: event (one fact about one object of the tenant), feed (a tenant's events by position), endpoint (an address of the
tenant that events are sent to), delivery (one event on its way to one endpoint), turn (one worker's hold of an endpoint),
breaker (what stops sending to an address that fails), probe (the one delivery that tries it again).

Invariants: an event is written in the transaction of what it tells of, and names nobody; its position is given after that
transaction has committed, so that whoever read up to a position has missed nothing before it; of one object, an endpoint gets
no event before an earlier one is delivered or given up; an event keeps its id however often and by whichever way it is told.
"""
