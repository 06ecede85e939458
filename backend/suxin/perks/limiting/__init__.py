"""Limits after a default (守约限制): one programme's better terms end for one person for a while, and nothing else.

Vocabulary: a limit (限制) is proposed by a merchant on an order of its that was not paid; its notice (告知) tells whom it concerns, who may object (申诉) within a time; in
force (生效), the fallback applies to him at that programme.

Invariants: nothing is in force before its notice's time is over; an objection freezes it until two people of the city's office have decided
(``suxin.review``); it ends at a named time, or as the order is paid; it reaches no other programme, no score and no record; an order of medicine or school has none.
Source: 国办发〔2020〕49号
"""
