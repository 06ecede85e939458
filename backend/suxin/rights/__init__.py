"""Rights: what a subject may ask of the platform about its data (PIPL art. 24, 44-50).

Vocabulary: a holding (持有的信息) is what the platform holds about a subject, told in portions that the contexts below
declare. A dispute (异议) contests a record of a source department, which counts against nobody until it is settled; a correction
(更正) contests what the platform itself says of the subject; its remedy (更正方式) says what granting it does. An exemption (信用豁免)
asks that a record no longer counts; a human review (人工复核) that a person looks at an automated outcome. All of these are cases of
``suxin.review``. A closure (注销) ends a person's account.

Invariants: whatever has a data subject is in a portion; nothing is kept against his wish without the article that says
so; a correction that is granted is done in the same transaction; an account is not closed while a loan contract runs;
what was erased does not come back when he proves himself again.
"""
