"""Rights: what a subject may ask of the platform about its data (PIPL art. 44-50).

Vocabulary: a holding (持有的信息) is what the platform holds about a subject, told in portions that the contexts below
declare. A correction request (更正申请) asks the city's credit office about what a source department recorded, or what the
platform itself says of the subject; a record counts as disputed until it is answered. Its remedy (更正方式) says what granting it
does. A closure (注销) ends a person's account.

Invariants: whatever has a data subject is in a portion; nothing is kept against his wish without the article that says
so; a correction that is granted is done in the same transaction; an account is not closed while a loan contract runs;
what was erased does not come back when he proves himself again.
"""
