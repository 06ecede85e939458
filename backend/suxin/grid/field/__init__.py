"""Work in the field (外勤采集): what a grid worker captures on a phone without signal, and what becomes of it when it is sent.

Vocabulary: a device (采集设备) is a phone that a worker enrolled, with a key of its own; a capture (采集记录) is a claim as it is captured, under
the id that the claim will have, in versions; an item (操作) is one step of a capture that a device made: create, update or withdraw; a receipt
(回执) is the platform's word on an item; an upload (照片上传) is a photo on its way, in pieces.

Invariants: an item is taken once, and its receipt stays; an update is merged with what happened since its base and overwrites nothing that
somebody else changed; an item whose predecessor has not come is held, for seven days at most; items are of the worker whose device signed
them; a capture becomes a claim once its photos are there.
"""
