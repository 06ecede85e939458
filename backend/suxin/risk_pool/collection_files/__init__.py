"""Files that prove a collection attempt (催收材料): a letter with its receipt, a photograph of a visit, a court's notice.

They are the bank's papers and may name anybody: the bank alone opens them. A claim's dossier has of each its type, size and SHA-256, so that
what the bank shows to whoever decides is known to be what it had.
"""
