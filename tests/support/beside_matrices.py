"""The matrices of the contexts that have a file of their own, put together."""

import bank_ledger_matrix
import caution_matrix
import claims_matrix
import code_matrix
import commitment_matrix
import cover_matrix
import deprecation_matrix
import events_matrix
import exchange_matrix
import fetch_matrix
import field_matrix
import guarantee_matrix
import incentive_matrix
import ingestion_matrix
import league_matrix
import ledger_matrix
import limit_matrix
import loan_matrix
import order_matrix
import part_matrix
import perk_matrix
import point_matrix
import pool_matrix
import relief_matrix
import repair_matrix
import review_matrix
import rights_matrix
import rural_matrix
import sandbox_matrix
import scoring_matrix
import settlement_matrix
import shop_matrix
import ticket_matrix
import village_credit_matrix
import village_matrix
import warning_matrix

COMMANDS = (
    rights_matrix.COMMANDS
    | review_matrix.COMMANDS
    | fetch_matrix.COMMANDS
    | events_matrix.COMMANDS
    | sandbox_matrix.COMMANDS
    | ingestion_matrix.COMMANDS
    | scoring_matrix.COMMANDS
    | ledger_matrix.COMMANDS
    | loan_matrix.COMMANDS
    | pool_matrix.COMMANDS
    | exchange_matrix.COMMANDS
    | claims_matrix.COMMANDS
    | bank_ledger_matrix.COMMANDS
    | league_matrix.COMMANDS
    | incentive_matrix.COMMANDS
    | commitment_matrix.COMMANDS
    | relief_matrix.COMMANDS
    | caution_matrix.COMMANDS
    | repair_matrix.COMMANDS
    | warning_matrix.COMMANDS
    | guarantee_matrix.COMMANDS
    | part_matrix.COMMANDS
    | perk_matrix.COMMANDS
    | point_matrix.COMMANDS
    | field_matrix.COMMANDS
    | code_matrix.COMMANDS
    | order_matrix.COMMANDS
    | ticket_matrix.COMMANDS
    | settlement_matrix.COMMANDS
    | shop_matrix.COMMANDS
    | cover_matrix.COMMANDS
    | limit_matrix.COMMANDS
    | village_matrix.COMMANDS
    | village_credit_matrix.COMMANDS
    | rural_matrix.COMMANDS
)
QUERIES = (
    rights_matrix.QUERIES
    | review_matrix.QUERIES
    | fetch_matrix.QUERIES
    | events_matrix.QUERIES
    | deprecation_matrix.QUERIES
    | sandbox_matrix.QUERIES
    | ingestion_matrix.QUERIES
    | scoring_matrix.QUERIES
    | ledger_matrix.QUERIES
    | loan_matrix.QUERIES
    | pool_matrix.QUERIES
    | exchange_matrix.QUERIES
    | claims_matrix.QUERIES
    | bank_ledger_matrix.QUERIES
    | league_matrix.QUERIES
    | incentive_matrix.QUERIES
    | commitment_matrix.QUERIES
    | relief_matrix.QUERIES
    | caution_matrix.QUERIES
    | repair_matrix.QUERIES
    | warning_matrix.QUERIES
    | guarantee_matrix.QUERIES
    | part_matrix.QUERIES
    | perk_matrix.QUERIES
    | point_matrix.QUERIES
    | field_matrix.QUERIES
    | code_matrix.QUERIES
    | order_matrix.QUERIES
    | ticket_matrix.QUERIES
    | settlement_matrix.QUERIES
    | shop_matrix.QUERIES
    | cover_matrix.QUERIES
    | limit_matrix.QUERIES
    | village_matrix.QUERIES
    | village_credit_matrix.QUERIES
    | rural_matrix.QUERIES
)
EMPTY = (None, [], 0, False, frozenset(), {}, (0, 0), (0, 0, False), *exchange_matrix.NONE)
"""What a query answers that has found nothing."""
