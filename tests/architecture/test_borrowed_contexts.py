"""Whoever steps out of his own row context is on this list, with the reason; whoever is not must not."""

import ast

# In whose rows a command works beside the caller's own, and why it must.
ACT_FOR = {
    "backend/suxin/consent/jobs.py:in_the_subjects_rows": (
        "the platform ends, signs and tells of a consent, and erases what was received on it, in the subject's own rows"
    ),
    "backend/suxin/grid/agreeing.py:take_back": (
        "a name goes from the notices that stand the moment its yes is taken back, and notices are the village's"
    ),
    "backend/suxin/grid/appealing.py:decide_for_town": (
        "the town decides on a village's claim, whose points stand in the village's book"
    ),
    "backend/suxin/grid/appealing.py:object_to_claim": (
        "whoever objects freezes a claim of his village, of which he reads nothing"
    ),
    "backend/suxin/grid/appealing.py:object_to_line": (
        "whoever objects freezes a claim of his village by its number on a notice, and reads nothing of it"
    ),
    "backend/suxin/grid/appealing.py:take_to_town": (
        "whoever objected takes a claim of his village to the town"
    ),
    "backend/suxin/grid/claiming.py:record_own_claim": (
        "a resident's claim is compared with caps and photos of his village, which he does not read"
    ),
    "backend/suxin/grid/claiming.py:withdraw_own_claim": (
        "a resident takes his own claim back, which is his village's to read and write"
    ),
    "backend/suxin/grid/recording.py:record_points": (
        "what somebody did for his village goes on record with him, of whom the platform otherwise reads nothing"
    ),
    "backend/suxin/lending/claims.py:end_claim": (
        "the applicant or the platform ends a bank's claim, which is counted in the bank's own quota"
    ),
    "backend/suxin/lending/commands/offers.py:make_offer": (
        "a bank's offer moves the applicant's request on, which only he can write"
    ),
    "backend/suxin/lending/commands/offers.py:withdraw_offer": (
        "an offer taken back moves the applicant's request back, which only he can write"
    ),
    "backend/suxin/lending/loans/contracts.py:sign_contract": (
        "a signed contract moves the applicant's request on, which only he can write"
    ),
    "backend/suxin/lending/guarantees/asking.py:ask_guarantor": (
        "a guarantor is asked while the applicant's request waits for its contract, and he is told"
    ),
    "backend/suxin/lending/guarantees/asking.py:withdraw_guarantee": (
        "what a guarantor answers for no more is given back in the operator's book, which holds it to its limits"
    ),
    "backend/suxin/lending/guarantees/deciding.py:_offer": (
        "a guarantor asks an applicant it does not know, and answers for a part of a principal, both of which the bank's offer tells"
    ),
    "backend/suxin/lending/guarantees/deciding.py:approve_guarantee": (
        "what a guarantor answers for is held to its limits by accounts in the operator's book"
    ),
    "backend/suxin/risk_pool/signing/answering.py:accept_agreement": (
        "a guarantor's yes ends the version before, which it may not see"
    ),
    "backend/suxin/lending/loans/contracts.py:cancel_contract": (
        "a cancelled contract ends the applicant's request, which only he can write"
    ),
    "backend/suxin/lending/replays/commands.py:carry_out_replay": (
        "a draft is its bank's alone, and the platform replays it over requests that the bank may not read"
    ),
    "backend/suxin/lending/routing/commands.py:route_referral": (
        "which branches and officers a bank has is its own, and the platform finds who of them has what came"
    ),
    "backend/suxin/lending/loans/drawing.py:draw_down": (
        "the first money paid out moves the applicant's request on, which only he can write"
    ),
    "backend/suxin/perks/at_counter.py:ask_at_counter": (
        "whether somebody at a counter has an open consent for a benefit is looked at under its lock, which is his to take"
    ),
    "backend/suxin/perks/at_counter.py:hand_out_code": (
        "a paper that takes the place of another ends the consent that went with it, which is the subject's to write"
    ),
    "backend/suxin/perks/covers/claiming.py:_require_uncontested": (
        "a contested order is not claimed: the operator's rows tell how many cases there are, and nothing of them"
    ),
    "backend/suxin/perks/covers/deciding.py:_require_lost": (
        "the operator pays for an order as it stands now, which is the merchant's"
    ),
    "backend/suxin/perks/presenting.py:_by_code": (
        "a one-time consent that a counter used ends with the use, and its basis is the subject's to write"
    ),
    "backend/suxin/perks/publishing.py:approve_programme": (
        "the operator promises the city's money for a merchant's programme, whose accounts stand in the merchant's book"
    ),
    "backend/suxin/perks/recording.py:record_kept": (
        "what somebody kept goes on record with him, of whom neither the merchant nor the platform otherwise reads anything"
    ),
    "backend/suxin/perks/redeeming.py:_taken": (
        "how often somebody has had a benefit, wherever, is counted in his own rows, and told to no merchant"
    ),
    "backend/suxin/perks/tickets/issuing.py:give_ticket_back": (
        "what a resident's ticket took of the attraction's stock and budget goes back into its book"
    ),
    "backend/suxin/perks/tickets/issuing.py:take_ticket": (
        "a resident's ticket takes of the attraction's stock and budget, which stand in its book, and is the attraction's"
    ),
    "backend/suxin/perks/settlements/commands.py:note_payment": (
        "the operator notes what was paid to a merchant, and what was due and paid stands in the merchant's book"
    ),
    "backend/suxin/risk_pool/filings/filing.py:_commit": (
        "a filed loan takes of the pool's capacity and of the bank's quota, which stand in the operator's book"
    ),
    "backend/suxin/risk_pool/claims/ending.py:_reverse": (
        "the operator opens a loan again whose compensation was reversed, which is the bank's"
    ),
    "backend/suxin/risk_pool/claims/ending.py:_write_off": (
        "the operator writes a compensated loan off with the claim, which is the bank's"
    ),
    "backend/suxin/risk_pool/claims/evidence.py:open_disputes": (
        "an open dispute about a loan holds a claim up: it learns how many there are, in the borrower's rows"
    ),
    "backend/suxin/risk_pool/guarantor_parts/confirming.py:_confirm_recovery": (
        "a guarantor's word that it has its part of a recovery may close the claim and settle the loan, which are the bank's"
    ),
    "backend/suxin/risk_pool/claims/reckoning.py:_terms_and_room": (
        "a claim is worked out with what the pool has available, which stands in the operator's book"
    ),
    "backend/suxin/risk_pool/claims/reviewing.py:lock_with_loan": (
        "the loan behind a claim is locked before the claim, by whoever decides on it or pays it"
    ),
    "backend/suxin/risk_pool/payments/approving.py:_payable": (
        "a claim is worked out anew from the bank's facts before its payment is approved"
    ),
    "backend/suxin/risk_pool/payments/paying.py:_compensated": (
        "a loan is compensated when the custodian's statement shows the payment, and is the bank's"
    ),
    "backend/suxin/risk_pool/recoveries/confirming.py:confirm_by_line": (
        "a loan whose whole loss has come back is settled with its claim, and is the bank's"
    ),
    "backend/suxin/rights/closing.py:_acting": (
        "who closes his account takes back what he asked and permitted for the firms he represents, before he leaves them"
    ),
    "backend/suxin/rights/settling.py:_in_the_subjects_rows": (
        "what two people of the city's credit office decided is carried out in rows that it cannot read otherwise"
    ),
    "backend/suxin/subjects/commitments/judging.py:judge_commitment": (
        "the operator uses a declaration no more that was false, and records what came of a commitment"
    ),
    "backend/suxin/subjects/commitments/registering.py:register_commitment": (
        "the operator records what an organisation promised a department, which it cannot read otherwise"
    ),
    "backend/suxin/repair/results.py:carry_out": (
        "the platform marks the subject's records repaired, as the national window has decided"
    ),
    "backend/suxin/tenancy/commands.py:found_city": (
        "the first tenant's first administrator is placed before anyone can act for it"
    ),
    "backend/suxin/tenancy/houses.py:house": (
        "the operator sets up the staff and branches of a tenant that asks for it"
    ),
    "backend/suxin_server/demo/city.py:_write_tenants": (
        "the demo city is written tenant by tenant under the policies that requests meet"
    ),
    "backend/suxin_server/demo/office.py:people_of": (
        "the worker finds the demo city's own staff, in whose names its risk pool is kept"
    ),
    "backend/suxin_server/demo/office.py:credit_office": (
        "the worker finds the demo city's own officials, who put its score models in force"
    ),
}
# The same in short transactions, where the module writes down what ``act_for`` would.
BORROW = {
    "backend/suxin/perks/short_codes.py": (
        "what whoever shows a code has had, and that he used his consent, stands in his own rows"
    ),
}
# Where a doorway has shown who the caller is.
CONTINUE_AS = {
    "backend/suxin/tenancy/providers/log_ins.py:_enter_house": (
        "the tenant's own provider, or the password that links to it, has shown the staff member"
    ),
    "backend/suxin/subjects/visitors.py:acting_actor": "a token or log-in shows the person",
    "backend/suxin/subjects/person_log_ins.py:_known": (
        "the platform looks up the phone that a code is sent to, before its holder has shown himself"
    ),
    "backend/suxin/subjects/persons.py:write_person": (
        "the identity service has proved the person, whose rows the platform then writes"
    ),
}

# Whose part is played in a sandbox.
PLAY = {
    "backend/suxin/sandboxes/playing.py:_carry_out": (
        "who tries his system in a sandbox has one of its invented applicants do something"
    ),
}


def uses(sources, name: str) -> set[str]:
    found = set()
    for source in sources:
        if source.path == "backend/suxin/kernel/database.py" or name not in source.text:
            continue
        for function, node in source.functions:
            for part in ast.walk(node):
                if isinstance(part, ast.Call) and ast.unparse(part.func).split(".")[-1] == name:
                    found.add(f"{source.path}:{function}")
    # A call inside a nested function is listed for the nested one alone.
    return {use for use in found if not any(other.startswith(f"{use}.") for other in found)}


def test_every_borrowed_context_is_listed_with_its_reason(sources):
    assert uses(sources, "act_for") == set(ACT_FOR)
    assert all(len(reason) > 20 for reason in ACT_FOR.values())


def test_whoever_borrows_in_a_short_transaction_is_listed_and_writes_it_down(sources):
    borrowing = {use.split(":")[0] for use in uses(sources, "borrow")}
    assert borrowing == set(BORROW)
    assert {use.split(":")[0] for use in uses(sources, "borrowing")} == borrowing
    assert all(len(reason) > 20 for reason in BORROW.values())


def test_every_change_to_a_known_caller_is_listed_with_its_reason(sources):
    assert uses(sources, "continue_as") == set(CONTINUE_AS)
    assert all(len(reason) > 20 for reason in CONTINUE_AS.values())


def test_every_part_that_is_played_is_listed_with_its_reason(sources):
    assert uses(sources, "act_in_part") == set(PLAY)
    assert all(len(reason) > 20 for reason in PLAY.values())
    confined = {"backend/suxin/kernel/performing.py:_enter_sandbox"}
    assert uses(sources, "go_on_in_sandbox") == confined


def test_a_visit_at_a_counter_becomes_a_subjects_actor_in_one_place(sources):
    """Elsewhere there is no evidence at hand, and a helper could act as whoever stands before him."""
    found = {
        f"{source.path}:{function}"
        for source in sources
        if "assistance" in source.text
        for function, node in source.functions
        for part in ast.walk(node)
        if isinstance(part, ast.Call)
        if any(word.arg == "assistance" for word in part.keywords)
    }
    assert found == {"backend/suxin/counter/deciding.py:decider"}


def test_the_row_context_is_set_in_one_place(sources):
    """A second ``set_config('app.…')`` would be a way around the audited ones."""
    found = {
        source.path
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if "set_config('app." in node.value or "set local app." in node.value.lower()
    }
    assert found == {"backend/suxin/kernel/row_context.py"}


def test_the_doorway_role_is_taken_on_in_one_place(sources):
    found = {
        source.path
        for source in sources
        for node in source.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if "set local role" in node.value.lower() or "set role" in node.value.lower()
        if ast.get_docstring(source.tree, clean=False) != node.value
    }
    assert found == {"backend/suxin/kernel/doorways.py"}
