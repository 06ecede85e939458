"""Ingestion (归集): what source departments have on record about organisations and natural persons, by batches.

Vocabulary: a batch (批次) is one file, or one delivery over the API, of one source (来源部门) under a key of the source's
own. Its rows are read in chunks; each chunk is copied into staging and taken over from there in one transaction, with how far
the batch has come. A reject (退回) is a row that was not taken, with its line and a stable code. Lineage (溯源) is the batch
and the line that a record was written from.

Invariants: the same key with the same content is the same batch, and with other content is refused; a source's number stands
for one record of a subject, however often it is sent; a batch that is interrupted goes on after the last chunk that was
committed; nothing outside the catalogue is taken, and nothing about natural persons that the catalogue does not allow; a resident
id is written down nowhere, and found by its keyed index.
"""
