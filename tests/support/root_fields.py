"""The authorization matrix of GraphQL's root fields: what each needs, who holds it, and a call of it that is well-formed.

It is written out by hand, so that a change of a permission or of a role shows here; a root field without a row fails.
"""

from typing import Final

import credit_root_fields
import order_root_fields as orders
import perk_root_fields
import point_root_fields
import shop_root_fields
import village_root_fields
from part_root_fields import PART_HOLDERS

OFFER: Final = (
    "{amountFen: 40000000, termMonths: 12, rateBps: 435,"
    " repaymentMethod: EQUAL_INSTALMENT, guarantee: CREDIT}"
)
TERMS: Final = (
    '{code: "HN-1", name: "惠农贷", minAmountFen: 1000000, maxAmountFen: 2000000, minTermMonths: 6,'
    " maxTermMonths: 24, minRateBps: 365, maxRateBps: 480, repaymentMethods: [BULLET],"
    " guaranteeModes: [CREDIT]}"
)
KEY: Final = 'idempotencyKey: "test-permission"'
CALLS: Final = {
    "viewer": "{ viewer { permissions } }",
    "node": '{ node(id: "x") { id } }',
    "nodes": '{ nodes(ids: ["x"]) { id } }',
    "inboxCounts": "{ inboxCounts { pool } }",
    "leads": "{ leads(first: 1) { totalCount } }",
    "referrals": "{ referrals(first: 1) { totalCount } }",
    "referral": '{ referral(id: "x") { id } }',
    "offers": "{ offers(first: 1) { totalCount } }",
    "loanProducts": "{ loanProducts(first: 1) { totalCount } }",
    "loanProduct": '{ loanProduct(id: "x") { id } }',
    "offerPreview": f"{{ offerPreview(terms: {OFFER}) {{ totalCostFen }} }}",
    "loans": "{ loans(first: 1) { totalCount } }",
    "riskPools": "{ riskPools(first: 1) { totalCount } }",
    "poolAgreements": "{ poolAgreements(first: 1) { totalCount } }",
    "poolFilings": "{ poolFilings(first: 1) { totalCount } }",
    "poolStopLosses": "{ poolStopLosses(first: 1) { totalCount } }",
    "acceptPoolAgreement": f'acceptPoolAgreement(input: {{agreementId: "x", {KEY}}})',
    "declinePoolAgreement": f'declinePoolAgreement(input: {{agreementId: "x", note: "x", {KEY}}})',
    "fileLoan": f'fileLoan(input: {{poolId: "x", loanId: "x", {KEY}}})',
    "fileLoans": f'fileLoans(input: {{poolId: "x", contractNumbers: [], {KEY}}})',
    "guaranteeRequests": "{ guaranteeRequests(first: 1) { totalCount } }",
    "guaranteeRequest": '{ guaranteeRequest(id: "x") { id } }',
    "guarantors": "{ guarantors(first: 1) { totalCount } }",
    "requestGuarantee": 'requestGuarantee(input: {offerId: "x", guarantorId: "x", shareBps: 1,'
    f" {KEY}}})",
    "withdrawGuarantee": f'withdrawGuarantee(input: {{requestId: "x", note: "x", {KEY}}})',
    "declineGuarantee": f'declineGuarantee(input: {{requestId: "x", reason: OTHER, note: "x", {KEY}}})',
    "loan": '{ loan(id: "x") { id } }',
    "guarantorParts": "{ guarantorParts(first: 1) { totalCount } }",
    "guarantorPart": '{ guarantorPart(id: "x") { id } }',
    "guarantorTransfers": "{ guarantorTransfers(first: 1) { totalCount } }",
    "refuseGuarantorPart": f'refuseGuarantorPart(input: {{partId: "x", refusal: OTHER, note: "x", {KEY}}})',
    "noteGuarantorPayment": 'noteGuarantorPayment(input: {partId: "x", reference: "x", amountFen: 1,'
    f' paidOn: "2026-11-20", {KEY}}})',
    "confirmGuarantorTransfer": f'confirmGuarantorTransfer(input: {{transferId: "x", amountFen: 1, {KEY}}})',
    "denyGuarantorTransfer": f'denyGuarantorTransfer(input: {{transferId: "x", note: "x", {KEY}}})',
    "poolClaims": "{ poolClaims(first: 1) { totalCount } }",
    "poolClaim": '{ poolClaim(id: "x") { id } }',
    "draftClaim": f'draftClaim(input: {{loanId: "x", {KEY}}})',
    "submitClaim": f'submitClaim(input: {{claimId: "x", {KEY}}})',
    "recordCollection": 'recordCollection(input: {loanId: "x", kind: CALL, result: REFUSED,'
    f' attemptedOn: "2026-11-20", {KEY}}})',
    "reportRecovery": 'reportRecovery(input: {claimId: "x", reference: "x", receivedFen: 1, costFen: 0,'
    f' recoveredOn: "2026-11-20", {KEY}}})',
    "leagueTables": "{ leagueTables(first: 1) { totalCount } }",
    "signContract": f'signContract(input: {{offerId: "x", contractNumber: "x", {KEY}}})',
    "cancelContract": f'cancelContract(input: {{loanId: "x", note: "x", {KEY}}})',
    "drawDown": 'drawDown(input: {loanId: "x", reference: "x", amountFen: 1, drawnOn: "2026-11-20",'
    f" {KEY}}})",
    "reportRepayments": f"reportRepayments(input: {{repayments: [], {KEY}}})",
    "renewLoan": 'renewLoan(input: {loanId: "x", contractNumber: "x", rateBps: 1, termMonths: 1,'
    f" repaymentMethod: BULLET, {KEY}}})",
    "settleLoan": f'settleLoan(input: {{loanId: "x", {KEY}}})',
    "writeOffLoan": f'writeOffLoan(input: {{loanId: "x", note: "x", {KEY}}})',
    "requestMaterial": f'requestMaterial(input: {{referralId: "x", items: [], {KEY}}})',
    "sendMessage": f'sendMessage(input: {{referralId: "x", text: "x", {KEY}}})',
    "markMessagesRead": f'markMessagesRead(input: {{referralId: "x", {KEY}}})',
    "replayProduct": f'replayProduct(input: {{productId: "x", {KEY}}})',
    "loanWarnings": "{ loanWarnings(first: 1) { totalCount } }",
    "loanWarning": '{ loanWarning(id: "x") { id } }',
    "acknowledgeWarning": f'acknowledgeWarning(input: {{warningId: "x", {KEY}}})',
    "actOnWarning": f'actOnWarning(input: {{warningId: "x", action: CALLED, note: "x", {KEY}}})',
    "dismissWarning": f'dismissWarning(input: {{warningId: "x", reason: KNOWN, note: "x", {KEY}}})',
    "recordCollateral": 'recordCollateral(input: {loanId: "x", registry: "x", collateralNumber: "x",'
    f' collateralExpiresOn: "2027-11-20", {KEY}}})',
    "fetchRecords": f'fetchRecords(input: {{consentId: "x", {KEY}}})',
    "fetchTiers": f'fetchTiers(input: {{consentId: "x", {KEY}}})',
    "requestConsent": 'requestConsent(input: {uscc: "x", purpose: "x", categories: [], lifeDays: 1,'
    f" {KEY}}})",
    "acceptReferral": f'acceptReferral(input: {{referralId: "x", {KEY}}})',
    "claimLead": f'claimLead(input: {{leadId: "x", {KEY}}})',
    "recordContact": f'recordContact(input: {{referralId: "x", {KEY}}})',
    "startDueDiligence": f'startDueDiligence(input: {{referralId: "x", {KEY}}})',
    "declineReferral": f'declineReferral(input: {{referralId: "x", reason: OVER_INDEBTED, {KEY}}})',
    "makeOffer": f'makeOffer(input: {{referralId: "x", terms: {OFFER}, {KEY}}})',
    "withdrawOffer": f'withdrawOffer(input: {{offerId: "x", {KEY}}})',
    "draftProduct": f"draftProduct(input: {{terms: {TERMS}, {KEY}}})",
    "editProduct": f'editProduct(input: {{productId: "x", terms: {TERMS}, {KEY}}})',
    "publishProduct": f'publishProduct(input: {{productId: "x", {KEY}}})',
    "oauthClients": "{ oauthClients(first: 1) { totalCount } }",
    "oauthClient": '{ oauthClient(id: "x") { id } }',
    "deprecatedUses": "{ deprecatedUses(first: 1) { totalCount } }",
    "exports": "{ exports(first: 1) { totalCount } }",
    "startExport": f'startExport(input: {{document: "x", {KEY}}})',
    "cancelExport": f'cancelExport(input: {{id: "x", {KEY}}})',
    "sandboxApplicants": "{ sandboxApplicants(first: 1) { totalCount } }",
    "sandboxClock": "{ sandboxClock { now } }",
    "sandboxConformance": '{ sandboxConformance(clientId: "x") { clientId } }',
    "triggerSandboxEvent": f'triggerSandboxEvent(input: {{applicantId: "x", {KEY}}})',
    "moveSandboxClock": f'moveSandboxClock(input: {{to: "2026-12-20T09:00:00+08:00", {KEY}}})',
    "events": "{ events(first: 1) { pageInfo { endCursor } } }",
    "eventTypes": "{ eventTypes { name } }",
    "webhookEndpoints": "{ webhookEndpoints(first: 1) { totalCount } }",
    "webhookDeliveries": "{ webhookDeliveries(first: 1) { totalCount } }",
    "createWebhookEndpoint": 'createWebhookEndpoint(input: {name: "核心系统", url: "https://bank.example",'
    f' eventTypes: ["lending.offer.made"], {KEY}}})',
    "updateWebhookEndpoint": 'updateWebhookEndpoint(input: {id: "x", name: "核心系统",'
    f' url: "https://bank.example", eventTypes: ["lending.offer.made"], {KEY}}})',
    "pauseWebhookEndpoint": f'pauseWebhookEndpoint(input: {{id: "x", {KEY}}})',
    "resumeWebhookEndpoint": f'resumeWebhookEndpoint(input: {{id: "x", {KEY}}})',
    "removeWebhookEndpoint": f'removeWebhookEndpoint(input: {{id: "x", {KEY}}})',
    "rotateWebhookSecret": f'rotateWebhookSecret(input: {{id: "x", {KEY}}})',
    "replayWebhookDelivery": f'replayWebhookDelivery(input: {{id: "x", {KEY}}})',
    "replayWebhookEvents": 'replayWebhookEvents(input: {id: "x",'
    f' since: "2026-11-20T09:00:00+08:00", {KEY}}})',
    "registerClient": f'registerClient(input: {{name: "系统", grantTypes: ["client_credentials"], {KEY}}})',
    "replaceClientKeys": f'replaceClientKeys(input: {{id: "x", {KEY}}})',
    "replaceClientRedirects": f'replaceClientRedirects(input: {{id: "x", redirectUris: [], {KEY}}})',
    "suspendClient": f'suspendClient(input: {{id: "x", reason: "x", {KEY}}})',
    "resumeClient": f'resumeClient(input: {{id: "x", {KEY}}})',
    "retireClient": f'retireClient(input: {{id: "x", {KEY}}})',
    "identityProvider": "{ identityProvider { issuer } }",
    "identityProviderLinks": "{ identityProviderLinks }",
    "setIdentityProvider": 'setIdentityProvider(input: {issuer: "https://sso.bank.example",'
    f' clientId: "x", method: PRIVATE_KEY_JWT, {KEY}}})',
    "activateIdentityProvider": f"activateIdentityProvider(input: {{{KEY}}})",
    "suspendIdentityProvider": f"suspendIdentityProvider(input: {{{KEY}}})",
    "removeIdentityProvider": f"removeIdentityProvider(input: {{{KEY}}})",
    **orders.CALLS,
    **village_root_fields.CALLS,
    **point_root_fields.CALLS,
    **credit_root_fields.CALLS,
    **shop_root_fields.CALLS,
    "retireProduct": f'retireProduct(input: {{productId: "x", {KEY}}})',
    **perk_root_fields.CALLS,
}


STREAMED: Final = {
    "referralArrived": "lending.referral.read",
    "offerChosen": "lending.referral.read",
    "consentEnded": "subjects.record.read",
}
"""What each root field needs that tells of events as they happen; ``tests/streams`` opens them."""


def document(name: str) -> str:
    """The call of a root field as a document."""
    if name in STREAMED:
        return f"subscription {{ {name} {{ id }} }}"
    call = CALLS[name]
    if call.startswith("{"):
        return call
    return f"mutation {{ {call} {{ ... on Refusal {{ code }} }} }}"


PUBLIC: Final = "everyone who is known"
NEEDS: Final = {
    "viewer": PUBLIC,
    "node": PUBLIC,
    "nodes": PUBLIC,
    "oauthClients": "consent.client.read",
    "oauthClient": "consent.client.read",
    "deprecatedUses": "consent.client.read",
    "events": "events.feed.read",
    "eventTypes": "events.feed.read",
    "webhookEndpoints": "events.feed.read",
    "webhookDeliveries": "events.feed.read",
    "createWebhookEndpoint": "events.webhook.manage",
    "updateWebhookEndpoint": "events.webhook.manage",
    "pauseWebhookEndpoint": "events.webhook.manage",
    "resumeWebhookEndpoint": "events.webhook.manage",
    "removeWebhookEndpoint": "events.webhook.manage",
    "rotateWebhookSecret": "events.webhook.manage",
    "replayWebhookDelivery": "events.webhook.manage",
    "replayWebhookEvents": "events.webhook.manage",
    "exports": "exports.export.run",
    "startExport": "exports.export.run",
    "cancelExport": "exports.export.run",
    "sandboxApplicants": "sandboxes.sandbox.play",
    "sandboxClock": "sandboxes.sandbox.play",
    "sandboxConformance": "sandboxes.sandbox.play",
    "triggerSandboxEvent": "sandboxes.sandbox.play",
    "moveSandboxClock": "sandboxes.sandbox.play",
    "identityProvider": "tenancy.staff.manage",
    "identityProviderLinks": "tenancy.staff.manage",
    "inboxCounts": "lending.referral.read",
    "leads": "lending.referral.read",
    "referrals": "lending.referral.read",
    "loanProducts": "lending.product.read",
    "loanProduct": "lending.product.read",
    "referral": "lending.referral.read",
    "offers": "lending.referral.read",
    "offerPreview": "lending.offer.make",
    "loans": "lending.loan.read",
    "riskPools": "risk_pool.filing.read",
    "poolAgreements": "risk_pool.filing.read",
    "poolFilings": "risk_pool.filing.read",
    "poolStopLosses": "risk_pool.filing.read",
    "acceptPoolAgreement": "risk_pool.agreement.accept",
    "declinePoolAgreement": "risk_pool.agreement.accept",
    "fileLoan": "risk_pool.filing.make",
    "fileLoans": "risk_pool.filing.make",
    "poolClaims": "risk_pool.claim.read",
    "poolClaim": "risk_pool.claim.read",
    "draftClaim": "risk_pool.claim.make",
    "submitClaim": "risk_pool.claim.make",
    "recordCollection": "risk_pool.claim.make",
    "reportRecovery": "risk_pool.claim.make",
    "guaranteeRequests": "lending.guarantee.read",
    "guaranteeRequest": "lending.guarantee.read",
    "guarantors": "lending.guarantee.read",
    "requestGuarantee": "lending.guarantee.ask",
    "withdrawGuarantee": "lending.guarantee.ask",
    "declineGuarantee": "lending.guarantee.underwrite",
    "guarantorParts": "risk_pool.part.read",
    "guarantorPart": "risk_pool.part.read",
    "guarantorTransfers": "risk_pool.part.read",
    "refuseGuarantorPart": "risk_pool.part.answer",
    "noteGuarantorPayment": "risk_pool.part.pay",
    "confirmGuarantorTransfer": "risk_pool.part.confirm",
    "denyGuarantorTransfer": "risk_pool.part.confirm",
    "loan": "lending.loan.read",
    "leagueTables": "lending.league.read",
    "signContract": "lending.loan.manage",
    "cancelContract": "lending.loan.manage",
    "drawDown": "lending.loan.manage",
    "renewLoan": "lending.loan.manage",
    "settleLoan": "lending.loan.manage",
    "writeOffLoan": "lending.loan.manage",
    "reportRepayments": "lending.repayment.report",
    "loanWarnings": "lending.loan.read",
    "loanWarning": "lending.loan.read",
    "acknowledgeWarning": "lending.loan.manage",
    "actOnWarning": "lending.loan.manage",
    "dismissWarning": "lending.loan.manage",
    "recordCollateral": "lending.loan.manage",
    "registerClient": "consent.client.manage",
    "replaceClientKeys": "consent.client.manage",
    "replaceClientRedirects": "consent.client.manage",
    "suspendClient": "consent.client.manage",
    "resumeClient": "consent.client.manage",
    "retireClient": "consent.client.manage",
    "setIdentityProvider": "tenancy.staff.manage",
    "activateIdentityProvider": "tenancy.staff.manage",
    "suspendIdentityProvider": "tenancy.staff.manage",
    "removeIdentityProvider": "tenancy.staff.manage",
    "fetchRecords": "subjects.record.read",
    "fetchTiers": "scoring.tier.read",
    "requestConsent": "consent.request.ask",
    "acceptReferral": "lending.referral.work",
    "claimLead": "lending.referral.work",
    "recordContact": "lending.referral.work",
    "requestMaterial": "lending.referral.work",
    "sendMessage": "lending.referral.work",
    "markMessagesRead": "lending.referral.work",
    "replayProduct": "lending.product.edit",
    "startDueDiligence": "lending.referral.work",
    "declineReferral": "lending.referral.work",
    "makeOffer": "lending.offer.make",
    "withdrawOffer": "lending.offer.make",
    "draftProduct": "lending.product.edit",
    "editProduct": "lending.product.edit",
    "publishProduct": "lending.product.publish",
    "retireProduct": "lending.product.publish",
    **perk_root_fields.NEEDS,
    **orders.NEEDS,
    **village_root_fields.NEEDS,
    **point_root_fields.NEEDS,
    **credit_root_fields.NEEDS,
    **shop_root_fields.NEEDS,
}
"""What each root field needs."""

_ADMINS: Final = {
    "operator.operator_admin",
    "bank.bank_admin",
    "merchant.merchant_admin",
    "attraction.attraction_admin",
    "village_grid.village_admin",
    "guarantor.guarantor_admin",
}
HOLDERS: Final = {
    **perk_root_fields.HOLDERS,
    **orders.HOLDERS,
    **village_root_fields.HOLDERS,
    **point_root_fields.HOLDERS,
    **credit_root_fields.HOLDERS,
    **shop_root_fields.HOLDERS,
    "consent.client.read": _ADMINS | {"operator.auditor"},
    "consent.client.manage": _ADMINS,
    "tenancy.staff.manage": _ADMINS,
    "events.feed.read": _ADMINS | {"operator.auditor"},
    "events.webhook.manage": _ADMINS,
    "exports.export.run": {"bank.bank_admin", "bank.loan_officer", "bank.branch_head"},
    "sandboxes.sandbox.play": {"bank.bank_admin"},
    "lending.referral.read": {"bank.loan_officer", "bank.branch_head", "bank.viewer"},
    "lending.referral.work": {"bank.loan_officer", "bank.branch_head"},
    "lending.offer.make": {"bank.loan_officer", "bank.branch_head"},
    "lending.loan.read": {"bank.loan_officer", "bank.branch_head", "bank.viewer"},
    "lending.guarantee.read": {
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
        "guarantor.guarantor_admin",
        "guarantor.underwriter",
        "guarantor.guarantee_approver",
        "guarantor.viewer",
    },
    "lending.guarantee.ask": {"bank.loan_officer", "bank.branch_head"},
    "lending.guarantee.underwrite": {"guarantor.underwriter"},
    "lending.league.read": {
        "operator.operator_admin",
        "operator.credit_office",
        "operator.auditor",
        "bank.bank_admin",
        "bank.product_manager",
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
    },
    "lending.loan.manage": {"bank.loan_officer", "bank.branch_head"},
    "lending.repayment.report": {"bank.loan_officer", "bank.branch_head"},
    **PART_HOLDERS,
    "risk_pool.filing.read": {
        "guarantor.guarantor_admin",
        "bank.bank_admin",
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
    },
    "risk_pool.filing.make": {"bank.loan_officer", "bank.branch_head"},
    "risk_pool.claim.read": {
        "operator.operator_admin",
        "operator.pool_manager",
        "operator.fund_manager",
        "operator.finance_bureau",
        "operator.auditor",
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
    },
    "risk_pool.claim.make": {"bank.loan_officer", "bank.branch_head"},
    "risk_pool.agreement.accept": {"bank.bank_admin", "guarantor.guarantor_admin"},
    "subjects.record.read": {
        "bank.loan_officer",
        "bank.branch_head",
        "guarantor.underwriter",
        "guarantor.guarantee_approver",
    },
    "scoring.tier.read": {"bank.loan_officer", "bank.branch_head"},
    "consent.request.ask": {"bank.loan_officer", "bank.branch_head", "guarantor.underwriter"},
    "lending.product.read": {
        "bank.bank_admin",
        "bank.product_manager",
        "bank.loan_officer",
        "bank.branch_head",
        "bank.viewer",
    },
    "lending.product.edit": {"bank.bank_admin", "bank.product_manager"},
    "lending.product.publish": {"bank.bank_admin"},
}
"""Which roles of which kind of tenant hold what is needed."""


def may(name: str, role: str) -> bool:
    """Whether somebody with this one role may use the root field."""
    return NEEDS[name] == PUBLIC or role in HOLDERS[NEEDS[name]]
