"""Commitments (信用承诺) and what became of them (践诺), as records.

Who declares something about himself promises in public that it is true; the city's operator looks into it and says that it is,
gives it back, or finds it false. What a firm promised a department is registered with its number, and so is whether it was
kept, with the document that shows so. What came of a commitment is a credit record of its own.

Invariants: a commitment is judged once, by the operator alone; nothing is published of a natural person; what he declared
himself and takes back is gone with its commitment, unless it was found false.
Source: 宿迁市“十四五”社会信用体系建设规划 (宿政办发〔2021〕62号) §8, §15
"""
