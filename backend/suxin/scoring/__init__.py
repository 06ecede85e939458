"""Scoring (信用评分): versioned models that turn credit records into a score, a tier and an explanation.

Vocabulary: model (评分模型, data and never code), dimension (维度), indicator (指标, one kind of record with its points), run (评分批次,
everybody at once), line (one indicator's points of one subject), tier (等级), hard cap (封顶: the score is at most so much while a record
counts), veto (一票否决: the tier is at best so good while a record counts), shift (how a tier's people would move under a new model).

Invariants: a score is its base and its contributions, to the point; what is disputed, exempted, repaired, withdrawn or no longer in
force counts for nobody, and only what speaks against a subject may cost it points; no record counts twice; one statement scores one
subject and the whole city alike; a subject alone reads its number, and others its tier, on a basis.

Scores only open doors: whoever reads a tier learns whether somebody has it, and nothing in it is a reason to refuse a service that
everybody else gets (国办发〔2020〕49号; 关于健全社会信用体系的意见, 2025).
"""
