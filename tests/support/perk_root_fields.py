"""The rows of programmes and redemptions in the authorization matrix of GraphQL's root fields."""

from typing import Final

_KEY: Final = 'idempotencyKey: "test-permission"'
_PROGRAMME: Final = f'programmeId: "x", {_KEY}'
_REDEMPTION: Final = f'redemptionId: "x", {_KEY}'
CALLS: Final = {
    "perkScenarios": "{ perkScenarios { code } }",
    "perkProgrammes": "{ perkProgrammes(first: 1) { totalCount } }",
    "perkProgramme": '{ perkProgramme(id: "x") { id } }',
    "perkSettlements": "{ perkSettlements(first: 1) { totalCount } }",
    "perkSettlement": '{ perkSettlement(id: "x") { id } }',
    "perkRedemptions": "{ perkRedemptions(first: 1) { totalCount } }",
    "perkRedemption": '{ perkRedemption(id: "x") { id } }',
    "draftPerkProgramme": 'draftPerkProgramme(input: {scenarioCode: "travel.bike", startsOn: "2026-11-20",'
    f' endsBefore: "2027-11-20", funderName: "某超市", {_KEY}}})',
    "publishPerkProgramme": f"publishPerkProgramme(input: {{{_PROGRAMME}}})",
    "suspendPerkProgramme": f'suspendPerkProgramme(input: {{reason: "x", {_PROGRAMME}}})',
    "resumePerkProgramme": f"resumePerkProgramme(input: {{{_PROGRAMME}}})",
    "endPerkProgramme": f"endPerkProgramme(input: {{{_PROGRAMME}}})",
    "holdPerkRedemption": f"holdPerkRedemption(input: {{{_PROGRAMME}}})",
    "holdPerkRedemptionByCode": f'holdPerkRedemptionByCode(input: {{code: "1", {_KEY}}})',
    "grantPerkRedemption": f"grantPerkRedemption(input: {{{_REDEMPTION}}})",
    "completePerkRedemption": f"completePerkRedemption(input: {{{_REDEMPTION}}})",
    "rollBackPerkRedemption": f'rollBackPerkRedemption(input: {{reason: "x", {_REDEMPTION}}})',
}
NEEDS: Final = {
    "perkScenarios": "perks.programme.read",
    "perkProgrammes": "perks.programme.read",
    "perkProgramme": "perks.programme.read",
    "perkSettlements": "perks.settlement.read",
    "perkSettlement": "perks.settlement.read",
    "perkRedemptions": "perks.redemption.read",
    "perkRedemption": "perks.redemption.read",
    "draftPerkProgramme": "perks.programme.manage",
    "publishPerkProgramme": "perks.programme.manage",
    "suspendPerkProgramme": "perks.programme.manage",
    "resumePerkProgramme": "perks.programme.manage",
    "endPerkProgramme": "perks.programme.manage",
    "holdPerkRedemption": "perks.redemption.grant",
    "holdPerkRedemptionByCode": "perks.redemption.grant",
    "grantPerkRedemption": "perks.redemption.grant",
    "completePerkRedemption": "perks.redemption.grant",
    "rollBackPerkRedemption": "perks.redemption.grant",
}
_ADMINS: Final = {"merchant.merchant_admin", "attraction.attraction_admin"}
_AT_WORK: Final = _ADMINS | {"merchant.clerk", "attraction.gate"}
HOLDERS: Final = {
    "perks.programme.read": _AT_WORK,
    "perks.programme.manage": _ADMINS,
    "perks.settlement.read": _ADMINS,
    "perks.redemption.read": _AT_WORK,
    "perks.redemption.grant": _AT_WORK,
}
OF_MERCHANTS: Final = {"PerkProgramme", "PerkRedemption", "PerkSettlement"}
"""The types of things that a merchant has and a bank has none of: ``tests/graphql/test_perks.py``."""

BY_MERCHANTS: Final = {
    "draft_perk_programme",
    "publish_perk_programme",
    "suspend_perk_programme",
    "resume_perk_programme",
    "end_perk_programme",
    "hold_perk_redemption",
    "hold_perk_redemption_by_code",
    "grant_perk_redemption",
    "complete_perk_redemption",
    "roll_back_perk_redemption",
}
"""The documents by which a merchant writes."""
