"""Relief (受灾群体信用豁免): records that speak against those whom a disaster has hit count no more, all at once.

The city's credit office files a notice (豁免公告): the authority that declared the disaster and its document, the areas, the days in which
what is on record happened, the categories, the reason. The platform counts whom it would concern; another person puts it in force.
Every active record that falls within is then exempted (信用豁免) by set-based work, and whoever it is about is told once. A notice ends
on its day, or by two people; a record that nothing else exempts is active again then.

A disaster that another context declares proposes its notice by ``commands.propose_notice`` as the platform.
"""
