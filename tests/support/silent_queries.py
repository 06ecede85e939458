"""Queries of the matrix that answer nobody in the small world, each with why."""

from typing import Final

# What the first bank claimed is claimable to nobody; nobody here has a password that was set for him, nobody is in a sandbox,
# where alone its applicants can be locked, no book is out of balance; of a person no commitment is published; no agreement is
# over, and no filing commits too much.
SILENT: Final = {
    "sandboxes.queries.client_record",
    "sandboxes.queries.lock_applicant",
    # The disaster there is not confirmed, so that neither a bank nor a borrower learns of what it proposes.
    "disasters.queries.confirmed_disaster",
    "disasters.queries.lock_own_renewal",
    "disasters.queries.own_renewal",
    "disasters.queries.renewal_counts",
    "disasters.queries.renewals_about",
    "disasters.queries.renewals_in_reach",
    "disasters.queries.renewed_by",
    "tenancy.queries.has_temporary_password",
    "ledger.queries.drifted_accounts",
    # Nothing that an order comes of is contested there.
    "perks.covers.queries.open_disputes",
    # A guarantor's alone, which nobody here is.
    "lending.guarantees.queries.limit_use",
    "lending.queries.dossier.guarantor_dossier",
    "risk_pool.guarantor_parts.queries.lock_own_part",
    # No filed loan there is overdue, and its one filing has a claim.
    "risk_pool.claims.queries.claimable_filings",
    "risk_pool.filings.queries.filings_behind",
    "risk_pool.signing.queries.agreements_over",
    # What was counted is the platform's alone; a referral without an officer has nobody who is asked.
    "lending.replays.queries.sets_shown",
    "lending.routing.queries.asked_today",
    "lending.queries.referrals.lock_pool_lead",
    "lending.queries.referrals.pool_leads",
    "subjects.commitments.queries.public_commitments",
    # No cycle of a firm's kind is open where it is, and nobody there may read its grade for the purpose.
    "rural.queries.own.cycles_for",
    # Whoever asks there was on no panel, and no cycle waits for its check.
    "rural.queries.waiting.cycles_to_check",
    "rural.queries.waiting.entries_to_vote_on",
    "rural.queries.own.grades_told",
    # No village there has the code that is asked for.
    "villages.queries.listed.villages_counted",
    # The warning there is not published yet.
    "cautions.queries.shown_cautions",
    # The firm is no household, and nothing was asked for or lent on its line.
    "village_credit.queries.rounds_for",
    "village_credit.queries.lines_in_use",
    # No town was counted there, one village alone.
    "rural.queries.areas.towns_covered",
    "village_credit.queries.used_fen",
    # Nothing that a phone sent waits there for something else.
    "grid.field.queries.held_of",
    "grid.field.queries.count_held",
    # Nothing was posted to a household there, nor told to the town's app.
    "grid.exchange.queries.app_differences",
    "grid.exchange.queries.entries_for_app",
    "grid.exchange.queries.month_entries",
    "grid.showing.queries.household_balance",
    "grid.showing.queries.household_statement",
    # The shop there has rows, and nothing in its book: no stock, no movements of a year or month; its one redemption waits no more.
    "shop.queries.goods_of_year",
    "shop.queries.redemptions_waiting",
    "shop.queries.statements.statements",
    "shop.queries.stock_of",
    # Nothing there was taken to the town.
    "grid.queries.claims_at_town",
}
