"""What banks earn by their places in a quarter's league table (考核激励, plan § 24).

Vocabulary: rules (激励规则) say what each place of a measure earns; a run (激励方案) is what one counted table earns by them; an award
(激励) is one bank's part of it. Accounts of the operator's own book mirror the custodian bank's: no money is held here.

Invariants: a run follows from a counted table and the rules that it keeps, and from nothing else; who proposes it, or its reversal, is another
person than who puts it into effect; what is posted is reversed whole or stays; no more than the incentive account has is awarded.
"""
