"""Exports (批量导出): a query of a list, run to its end by a job and kept for a day as a file of lines.

An export reads as whoever started it, who is looked up anew before every page. It has one file, sealed under a key of its
own: what ends the export's key erases the file, whenever the bytes themselves are deleted.

Invariants: one export runs at a time for each client of a tenant; no page is written before its receipts are committed; the
row says how far the file is good, and what lies beyond is cut off.
"""
