"""Who holds what the root fields of guarantors' parts need."""

from typing import Final

PART_HOLDERS: Final = {
    "risk_pool.part.read": {
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
        "guarantor.guarantor_admin",
        "guarantor.underwriter",
        "guarantor.guarantee_approver",
        "guarantor.viewer",
    },
    "risk_pool.part.answer": {"guarantor.guarantee_approver"},
    "risk_pool.part.pay": {"guarantor.underwriter"},
    "risk_pool.part.confirm": {
        "bank.loan_officer",
        "bank.branch_head",
        "guarantor.underwriter",
    },
}
