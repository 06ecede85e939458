"""The six profiles: what each role may do, and that no kind reaches what is not its own."""

import pytest

from suxin.consent.requests import CONSENT_ASK
from suxin.counter.policies import COUNTER_SERVE, EVIDENCE_READ
from suxin.exports.policies import EXPORT_RUN
from suxin.grid.policies import NOTICE_PUBLISH, TOWN_DECIDE
from suxin.ledger.policies import TRANSFER_POST
from suxin.lending.guarantees.policies import GUARANTEE_APPROVE, GUARANTEE_ASK, GUARANTEE_READ
from suxin.lending.league.policies import LEAGUE_READ
from suxin.lending.policies import (
    LOAN_MANAGE,
    LOAN_READ,
    OFFER_MAKE,
    PRODUCT_EDIT,
    PRODUCT_PUBLISH,
    PRODUCT_READ,
    REFERRAL_ASSIGN,
    REFERRAL_READ,
    REFERRAL_WORK,
    REPAYMENT_REPORT,
)
from suxin.perks.policies import PROGRAMME_APPROVE, PROGRAMME_MANAGE
from suxin.perks.settlements.policies import SETTLEMENT_APPROVE, SETTLEMENT_CONFIRM
from suxin.risk_pool.claims.policies import (
    CLAIM_APPROVE_BUREAU,
    CLAIM_APPROVE_FUND,
    CLAIM_MAKE,
    CLAIM_READ,
)
from suxin.risk_pool.guarantor_parts.policies import PART_ANSWER, PART_CONFIRM, PART_READ
from suxin.risk_pool.incentives.policies import INCENTIVE_CHECK
from suxin.risk_pool.policies import (
    AGREEMENT_ACCEPT,
    AGREEMENT_SIGN,
    FILING_MAKE,
    FILING_READ,
    FUNDING_RECORD,
    STOP_LOSS_LIFT,
)
from suxin.rural.policies import COVERAGE_READ
from suxin.scoring.policies import MODEL_ACTIVATE, MODEL_APPROVE, TIER_READ
from suxin.subjects.policies import IDENTITY_READ, RECORD_READ
from suxin.tenancy.policies import LEAVE_RECORD, STAFF_MANAGE, STAFF_READ, TENANT_MANAGE
from suxin.tenancy.profiles import QuotaName, Role, TenantKind, by_code
from suxin.village_credit.policies import LINE_DECIDE, ROUND_PROPOSE, ROUND_READ, ROUND_SIGN
from suxin_tenants import PROFILES

ALL = [(kind, profile) for kind, profile in PROFILES.items()]
READING = frozenset({RECORD_READ, IDENTITY_READ})
COMMITTING = frozenset(
    {
        AGREEMENT_ACCEPT,
        AGREEMENT_SIGN,
        CLAIM_APPROVE_BUREAU,
        CLAIM_APPROVE_FUND,
        FUNDING_RECORD,
        GUARANTEE_APPROVE,
        PART_ANSWER,
        INCENTIVE_CHECK,
        MODEL_ACTIVATE,
        MODEL_APPROVE,
        NOTICE_PUBLISH,
        OFFER_MAKE,
        PRODUCT_PUBLISH,
        PROGRAMME_APPROVE,
        PROGRAMME_MANAGE,
        SETTLEMENT_APPROVE,
        SETTLEMENT_CONFIRM,
        STOP_LOSS_LIFT,
        TENANT_MANAGE,
        TOWN_DECIDE,
        TRANSFER_POST,
    }
)
"""What approves, lends an organisation's money, or sets a village's points going."""


def test_every_kind_has_its_profile():
    assert list(PROFILES) == list(TenantKind)
    assert [profile.kind for profile in PROFILES.values()] == list(TenantKind)


@pytest.mark.parametrize(("kind", "profile"), ALL)
def test_a_tenant_begins_with_someone_who_can_add_others(kind, profile):
    assert STAFF_MANAGE in profile.roles[profile.first_role].permissions
    assert all(code == role.code for code, role in profile.roles.items())
    assert all(role.permissions and role.zh for role in profile.roles.values())
    assert profile.quotas[QuotaName.STAFF] >= 1


# A merchant has a tier weighed for a benefit, and reads none: no right of its roles opens one.
PURPOSES = {
    TenantKind.BANK: ("loan.match", "loan.contract", "loan.watch", "bank.credit"),
    TenantKind.GUARANTOR: ("guarantee.assess",),
    TenantKind.MERCHANT: ("perk.redeem",),
    TenantKind.ATTRACTION: ("perk.redeem",),
}
READS = frozenset({TenantKind.BANK, TenantKind.GUARANTOR})


def test_only_the_operator_manages_tenants_and_only_who_lends_or_guarantees_reads_subjects():
    for kind, profile in PROFILES.items():
        held = profile.permissions_of(frozenset(profile.roles))
        assert (TENANT_MANAGE in held) == (kind is TenantKind.OPERATOR)
        assert bool(READING & held) == (kind in READS)
        assert (IDENTITY_READ in held) == (kind is TenantKind.BANK)
        assert profile.purposes == PURPOSES.get(kind, ())


def test_whoever_approves_or_commits_money_needs_a_second_factor_and_nobody_else_does():
    for _, profile in ALL:
        for role in profile.roles.values():
            assert role.second_factor == bool(COMMITTING & role.permissions), role.code


def test_what_the_roles_of_a_bank_may_do_in_lending():
    roles = PROFILES[TenantKind.BANK].roles
    assert {PRODUCT_READ, PRODUCT_EDIT, PRODUCT_PUBLISH} <= roles["bank_admin"].permissions
    assert PRODUCT_PUBLISH not in roles["product_manager"].permissions
    assert roles["loan_officer"].permissions == {
        PRODUCT_READ,
        REFERRAL_READ,
        REFERRAL_WORK,
        OFFER_MAKE,
        LOAN_READ,
        LOAN_MANAGE,
        REPAYMENT_REPORT,
        CONSENT_ASK,
        EXPORT_RUN,
        TIER_READ,
        FILING_READ,
        FILING_MAKE,
        GUARANTEE_ASK,
        GUARANTEE_READ,
        CLAIM_READ,
        CLAIM_MAKE,
        LEAGUE_READ,
        PART_READ,
        PART_CONFIRM,
        ROUND_READ,
        COVERAGE_READ,
        ROUND_PROPOSE,
        LINE_DECIDE,
        *READING,
    }
    heading = {ROUND_SIGN, REFERRAL_ASSIGN, LEAVE_RECORD, STAFF_READ}
    assert roles["branch_head"].permissions == roles["loan_officer"].permissions | heading
    assert EXPORT_RUN in roles["bank_admin"].permissions
    looking = {PRODUCT_READ, REFERRAL_READ, LOAN_READ, FILING_READ, CLAIM_READ, LEAGUE_READ}
    looking |= {COVERAGE_READ, GUARANTEE_READ, PART_READ, ROUND_READ}
    assert roles["viewer"].permissions == looking
    assert not READING & roles["bank_admin"].permissions


def test_the_auditor_changes_nothing():
    auditor = PROFILES[TenantKind.OPERATOR].roles["auditor"]
    assert all(permission.endswith(".read") for permission in auditor.permissions)


def test_a_counter_helper_may_nothing_else_and_opens_no_evidence():
    roles = PROFILES[TenantKind.OPERATOR].roles
    assert roles["counter_helper"].permissions == {COUNTER_SERVE}
    opening = {code for code, role in roles.items() if EVIDENCE_READ in role.permissions}
    assert opening == {"auditor", "credit_office"}
    for kind, profile in PROFILES.items():
        rights = profile.permissions_of(frozenset(profile.roles))
        assert (COUNTER_SERVE in rights) is (kind is TenantKind.OPERATOR)


def test_an_unknown_role_gives_nothing():
    bank = PROFILES[TenantKind.BANK]
    assert bank.permissions_of(frozenset({"operator_admin", "no_such_role"})) == frozenset()


def test_profiles_cannot_be_changed_in_passing():
    with pytest.raises(TypeError):
        PROFILES[TenantKind.BANK] = PROFILES[TenantKind.OPERATOR]


def test_two_roles_of_one_code_are_a_defect():
    role = Role(code="a", zh="甲", permissions=frozenset())
    with pytest.raises(ValueError, match="same code"):
        by_code(role, role)
