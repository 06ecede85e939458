"""The foundation: places, tenancy, subjects, consent, lending, and the kernel's own tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ACCESS = (
    # The server compares the database's revision with its own before it says that it is ready.
    "GRANT SELECT ON alembic_version TO suxin_app",
    "CREATE FUNCTION refuse_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no step of this caller leads there (%)', TG_NAME USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME; END $$",
    'ALTER TABLE access_bases ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE access_bases FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON access_bases FOR ALL TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY reading_tenant ON access_bases FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY holding_tenant ON access_bases FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (false)",
    "CREATE POLICY system ON access_bases FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY opened_at_counter ON access_bases AS RESTRICTIVE FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.visit_id', true), '')::uuid) is null or exists (select 1 from counter_evidence e join counter_visits v on v.id = e.visit_id where e.visit_id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and e.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and v.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and v.state = 'READ_ALOUD' and v.reading = e.reading and e.carried_out_at is null and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and e.subject_id = access_bases.subject_id and e.consent_id = access_bases.source_id and e.decision in ('allow', 'resume')))",
    "CREATE POLICY ended_at_counter ON access_bases AS RESTRICTIVE FOR UPDATE TO suxin_app USING (true) WITH CHECK ((select nullif(current_setting('app.visit_id', true), '')::uuid) is null or exists (select 1 from counter_evidence e join counter_visits v on v.id = e.visit_id where e.visit_id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and e.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and v.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and v.state = 'READ_ALOUD' and v.reading = e.reading and e.carried_out_at is null and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and e.subject_id = access_bases.subject_id and e.consent_id = access_bases.source_id and e.decision in ('pause', 'revoke') and access_bases.ended_at is not null))",
    "CREATE POLICY kept_long_enough ON access_bases AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and least(ended_at, ends_at) <= (select nullif(current_setting('app.now', true), '')::timestamptz) - interval '1098 days' and not exists (select 1 from consents c where c.subject_id = access_bases.subject_id and c.id = access_bases.source_id))",
    'CREATE POLICY batch ON access_bases FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT, INSERT, UPDATE (ended_at), DELETE ON access_bases TO suxin_app',
    'GRANT SELECT ON access_bases TO suxin_batch',
    'ALTER TABLE account_closures ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE account_closures FORCE ROW LEVEL SECURITY',
    "CREATE POLICY acting_person ON account_closures FOR ALL TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid)) WITH CHECK (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY system ON account_closures FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (identity_erased_at, reopened_at) ON account_closures TO suxin_app',
    'ALTER TABLE areas ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE areas FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON areas FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY operator ON areas FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY grid_drawn ON areas FOR INSERT TO suxin_app WITH CHECK (level = 'grid' and exists (select 1 from villages v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.state = 'ACTIVE' and left(areas.code, 12) = any (v.former_codes || v.code)))",
    "CREATE POLICY grid_redrawn ON areas FOR UPDATE TO suxin_app USING (level = 'grid' and exists (select 1 from villages v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.state = 'ACTIVE' and left(areas.code, 12) = any (v.former_codes || v.code))) WITH CHECK (level = 'grid' and exists (select 1 from villages v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.state = 'ACTIVE' and left(areas.code, 12) = any (v.former_codes || v.code)))",
    'CREATE POLICY batch ON areas FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE ON areas TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON areas TO suxin_batch',
    'ALTER TABLE attachments ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE attachments FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON attachments FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY handed_in ON attachments FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY erased_by_subject ON attachments FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY with_basis ON attachments FOR SELECT TO suxin_app USING (coalesce(attachments.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid), true) and exists (select 1 from access_bases b where b.subject_id = attachments.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = attachments.request_id))",
    "CREATE POLICY system ON attachments FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON attachments FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (key_sealed, content, erased_at) ON attachments TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON attachments TO suxin_batch',
    'ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE audit_entries FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON audit_entries FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY own_acts ON audit_entries FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and actor_kind in ('staff', 'client'))",
    "CREATE POLICY operator ON audit_entries FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY lag ON audit_entries FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and seq is null)",
    "CREATE POLICY signed ON audit_entries FOR INSERT TO suxin_app WITH CHECK (seq is null and hash is null and actor_kind = (select nullif(current_setting('app.kind', true), '')::text) and person_id is not distinct from (select nullif(current_setting('app.person_id', true), '')::uuid) and (staff_id is null or actor_kind in ('staff', 'client', 'operator')) and (actor_kind not in ('staff', 'client') or tenant_id is not distinct from (select nullif(current_setting('app.tenant_id', true), '')::uuid) or (select nullif(current_setting('app.tenant_kind', true), '')::text) is null or action = 'kernel.act_for'))",
    'CREATE POLICY batch ON audit_entries FOR SELECT TO suxin_batch USING (true)',
    'CREATE POLICY history ON audit_entries FOR INSERT TO suxin_batch WITH CHECK (seq is null and hash is null)',
    'CREATE POLICY sealer ON audit_entries FOR UPDATE TO suxin_batch USING (seq is null) WITH CHECK (seq is not null and hash is not null)',
    'GRANT SELECT, INSERT ON audit_entries TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE (seq, hash) ON audit_entries TO suxin_batch',
    'ALTER TABLE audit_heads ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE audit_heads FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON audit_heads FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    'CREATE POLICY batch ON audit_heads FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON audit_heads TO suxin_app',
    'GRANT SELECT, INSERT ON audit_heads TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON authorization_codes TO suxin_doorway',
    'ALTER TABLE bank_ledger_days ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE bank_ledger_days FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON bank_ledger_days FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY pool_keeper ON bank_ledger_days FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON bank_ledger_days FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (operator_id, theirs, ours, differing, compared_at) ON bank_ledger_days TO suxin_app',
    'ALTER TABLE bank_ledger_differences ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE bank_ledger_differences FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON bank_ledger_differences FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY pool_keeper ON bank_ledger_differences FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON bank_ledger_differences FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (operator_id, theirs, ours, told, found_at, settled_at) ON bank_ledger_differences TO suxin_app',
    'ALTER TABLE bank_ledgers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE bank_ledgers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON bank_ledgers FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON bank_ledgers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (superseded_at, compared_at) ON bank_ledgers TO suxin_app',
    'ALTER TABLE bank_speeds ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE bank_speeds FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON bank_speeds FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY system ON bank_speeds FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON bank_speeds FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE ON bank_speeds TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON bank_speeds TO suxin_batch',
    'ALTER TABLE branches ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE branches FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON branches FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'GRANT SELECT, INSERT, UPDATE ON branches TO suxin_app',
    'ALTER TABLE case_documents ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE case_documents FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON case_documents FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY put_down ON case_documents FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and case_id is null)",
    "CREATE POLICY attached ON case_documents FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY office ON case_documents FOR SELECT TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON case_documents FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON case_documents FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (case_id, office_id, key_sealed, content), DELETE ON case_documents TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON case_documents TO suxin_batch',
    'ALTER TABLE catalogue_drafts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE catalogue_drafts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON catalogue_drafts FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY drafted ON catalogue_drafts FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state = 'DRAFT')",
    "CREATE POLICY decided ON catalogue_drafts FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state = 'DRAFT') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state in ('ACTIVATED', 'DISCARDED'))",
    'CREATE POLICY batch ON catalogue_drafts FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, ended_at) ON catalogue_drafts TO suxin_app',
    'GRANT SELECT, UPDATE ON catalogue_drafts TO suxin_batch',
    "CREATE TRIGGER catalogue_drafts_begins BEFORE INSERT ON catalogue_drafts FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER catalogue_drafts_step BEFORE UPDATE OF state ON catalogue_drafts FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVATED', 'FAILED', 'system'), ('ACTIVATED', 'IN_FORCE', 'system'), ('DRAFT', 'ACTIVATED', 'operator'), ('DRAFT', 'DISCARDED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE catalogue_items ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE catalogue_items FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON catalogue_items FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    'CREATE POLICY batch ON catalogue_items FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON catalogue_items TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON catalogue_items TO suxin_batch',
    'ALTER TABLE catalogue_releases ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE catalogue_releases FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON catalogue_releases FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    'CREATE POLICY batch ON catalogue_releases FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON catalogue_releases TO suxin_app',
    'GRANT SELECT, INSERT ON catalogue_releases TO suxin_batch',
    'ALTER TABLE client_conduct ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE client_conduct FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON client_conduct FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON client_conduct FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON client_conduct TO suxin_app',
    'ALTER TABLE commitments ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE commitments FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON commitments FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY signed ON commitments FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and kind = 'truth')",
    "CREATE POLICY taken_back ON commitments FOR DELETE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and kind = 'truth' and state <> 'BROKEN')",
    "CREATE POLICY operator ON commitments FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY registered ON commitments FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and kind <> 'truth')",
    "CREATE POLICY judged ON commitments FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY published ON commitments FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (published))",
    'GRANT SELECT, INSERT, UPDATE (state, judged_at, judged_by, reason, document, outcome_id), DELETE ON commitments TO suxin_app',
    "CREATE TRIGGER commitments_begins BEFORE INSERT ON commitments FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'operator'), ('OPEN', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER commitments_step BEFORE UPDATE OF state ON commitments FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'BROKEN', 'operator'), ('OPEN', 'KEPT', 'operator'), ('OPEN', 'RETURNED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE consent_artefacts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE consent_artefacts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON consent_artefacts FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY reading_tenant ON consent_artefacts FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON consent_artefacts FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY kept_long_enough ON consent_artefacts AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and not exists (select 1 from consents c where c.subject_id = consent_artefacts.subject_id and c.id = consent_artefacts.consent_id))",
    'GRANT SELECT, INSERT, DELETE ON consent_artefacts TO suxin_app',
    'ALTER TABLE consent_fetches ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE consent_fetches FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON consent_fetches FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY on_a_live_basis ON consent_fetches FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.source_id = consent_fetches.consent_id and b.subject_id = consent_fetches.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY counted ON consent_fetches FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.source_id = consent_fetches.consent_id and b.subject_id = consent_fetches.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY erased_by_subject ON consent_fetches FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and content is not null) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and content is null and erased_at is not null)",
    "CREATE POLICY system ON consent_fetches FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY kept_long_enough ON consent_fetches AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and not exists (select 1 from consents c where c.subject_id = consent_fetches.subject_id and c.id = consent_fetches.consent_id))",
    'GRANT SELECT, INSERT, UPDATE (content, erased_at), DELETE ON consent_fetches TO suxin_app',
    'ALTER TABLE consents ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE consents FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON consents FOR ALL TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY reading_tenant ON consents FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY represented ON consents FOR SELECT TO suxin_app USING (exists (select 1 from mandates m where m.subject_id = consents.subject_id and m.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.ended_at is null and m.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and m.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY asking_tenant ON consents FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and state = 'REQUESTED' and decided_at is null)",
    "CREATE POLICY at_counter ON consents FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and exists (select 1 from counter_visits v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid) and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and (v.person_id = consents.subject_id or exists (select 1 from mandates m where m.person_id = v.person_id and m.subject_id = consents.subject_id and m.ended_at is null and m.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and m.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))))",
    "CREATE POLICY asked_at_counter ON consents FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and purpose = 'perk.redeem' and state = 'REQUESTED' and decided_at is null and answer_by is not null and tenant_id <> (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from counter_visits v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid) and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and v.person_id = consents.subject_id))",
    "CREATE POLICY system ON consents FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY nothing_unasked_at_counter ON consents AS RESTRICTIVE FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.visit_id', true), '')::uuid) is null)",
    "CREATE POLICY as_signed_at_counter ON consents AS RESTRICTIVE FOR UPDATE TO suxin_app USING (true) WITH CHECK ((select nullif(current_setting('app.visit_id', true), '')::uuid) is null or exists (select 1 from counter_evidence e join counter_visits v on v.id = e.visit_id where e.visit_id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and e.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and v.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and v.state = 'READ_ALOUD' and v.reading = e.reading and e.carried_out_at is null and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and e.subject_id = consents.subject_id and e.consent_id = consents.id and (case e.decision when 'allow' then 'ACTIVE' when 'refuse' then 'REJECTED' when 'pause' then 'PAUSED' when 'resume' then 'ACTIVE' when 'revoke' then 'REVOKED' end) = consents.state and (e.decision <> 'allow' or e.notice_sha256 = consents.notice_sha256)))",
    "CREATE POLICY kept_long_enough ON consents AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and ended_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) - (case when state in ('REJECTED', 'LAPSED') then interval '1098 days' else interval '1827 days' end))",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON consents TO suxin_app',
    "CREATE TRIGGER consents_begins BEFORE INSERT ON consents FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'subject'), ('REQUESTED', 'client'), ('REQUESTED', 'operator'), ('REQUESTED', 'staff'), ('REQUESTED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER consents_step BEFORE UPDATE OF state ON consents FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'EXPIRED', 'system'), ('ACTIVE', 'PAUSED', 'subject'), ('ACTIVE', 'REVOKED', 'subject'), ('ACTIVE', 'REVOKED', 'system'), ('ACTIVE', 'SUPERSEDED', 'subject'), ('PAUSED', 'ACTIVE', 'subject'), ('PAUSED', 'EXPIRED', 'system'), ('PAUSED', 'REVOKED', 'subject'), ('PAUSED', 'REVOKED', 'system'), ('PAUSED', 'SUPERSEDED', 'subject'), ('REQUESTED', 'ACTIVE', 'subject'), ('REQUESTED', 'LAPSED', 'system'), ('REQUESTED', 'REJECTED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE counter_evidence ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE counter_evidence FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON counter_evidence FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY acting_person ON counter_evidence FOR SELECT TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY operator ON counter_evidence FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY taken_by_helper ON counter_evidence FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid) and exists (select 1 from counter_visits v join consents c on c.subject_id = v.subject_id and c.id = v.consent_id where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid) and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and v.id = counter_evidence.visit_id and v.state = 'READ_ALOUD' and v.person_id = counter_evidence.person_id and v.subject_id = counter_evidence.subject_id and v.consent_id = counter_evidence.consent_id and v.reading = counter_evidence.reading and v.read_aloud_at = counter_evidence.read_aloud_at and v.notice_sha256 = counter_evidence.notice_sha256 and v.words_sha256 = counter_evidence.words_sha256 and (v.matter = counter_evidence.decision or v.matter = 'answer' and counter_evidence.decision in ('allow', 'refuse')) and c.tenant_id <> v.tenant_id))",
    "CREATE POLICY carried_out ON counter_evidence FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and visit_id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and carried_out_at is null) WITH CHECK (visit_id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and carried_out_at = (select nullif(current_setting('app.now', true), '')::timestamptz))",
    "CREATE POLICY receipts ON counter_evidence FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON counter_evidence FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (carried_out_at) ON counter_evidence TO suxin_app',
    'GRANT SELECT, UPDATE (content_sealed) ON counter_evidence TO suxin_batch',
    'ALTER TABLE counter_visits ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE counter_visits FORCE ROW LEVEL SECURITY',
    "CREATE POLICY own_helper ON counter_visits FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY acting_person ON counter_visits FOR SELECT TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY decided_there ON counter_visits FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and state = 'READ_ALOUD') WITH CHECK (id = (select nullif(current_setting('app.visit_id', true), '')::uuid) and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and state = 'DECIDED')",
    "CREATE POLICY system ON counter_visits FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, person_id, proof_tries, proof_method, proof_ref, proved_at, phone_confirmed_at, subject_id, consent_id, matter, notice_version, notice_sha256, words_sha256, reading, read_aloud_at, ended_at) ON counter_visits TO suxin_app',
    "CREATE TRIGGER counter_visits_begins BEFORE INSERT ON counter_visits FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPENED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER counter_visits_step BEFORE UPDATE OF state ON counter_visits FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DECIDED', 'READ_ALOUD', 'operator'), ('OPENED', 'ABANDONED', 'operator'), ('OPENED', 'ABANDONED', 'system'), ('OPENED', 'PROVED', 'system'), ('PROVED', 'ABANDONED', 'operator'), ('PROVED', 'ABANDONED', 'system'), ('PROVED', 'READ_ALOUD', 'operator'), ('READ_ALOUD', 'ABANDONED', 'operator'), ('READ_ALOUD', 'ABANDONED', 'system'), ('READ_ALOUD', 'DECIDED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE credit_line_uses ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_line_uses FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON credit_line_uses FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON credit_line_uses FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY asked ON credit_line_uses FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY system ON credit_line_uses FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON credit_line_uses TO suxin_app',
    'CREATE TABLE credit_records_p00 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 0)',
    'ALTER TABLE credit_records_p00 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p00 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p01 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 1)',
    'ALTER TABLE credit_records_p01 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p01 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p02 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 2)',
    'ALTER TABLE credit_records_p02 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p02 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p03 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 3)',
    'ALTER TABLE credit_records_p03 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p03 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p04 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 4)',
    'ALTER TABLE credit_records_p04 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p04 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p05 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 5)',
    'ALTER TABLE credit_records_p05 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p05 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p06 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 6)',
    'ALTER TABLE credit_records_p06 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p06 FORCE ROW LEVEL SECURITY',
    'CREATE TABLE credit_records_p07 PARTITION OF credit_records FOR VALUES WITH (MODULUS 8, REMAINDER 7)',
    'ALTER TABLE credit_records_p07 ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records_p07 FORCE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_records FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON credit_records FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY with_basis ON credit_records FOR SELECT TO suxin_app USING (category not in ('score', 'loan_performance') and status in ('active', 'disputed', 'exempted') and (not natural_person or channel = 'filed_by_subject' or (select t.kind <> 'bank' or t.credit_licensed from tenants t where t.id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))) and (polarity <> 'negative' or self_declared or (published_until is null or published_until > (select ((select nullif(current_setting('app.now', true), '')::timestamptz) at time zone 'Asia/Shanghai')::date)) and occurred_on > (select ((select nullif(current_setting('app.now', true), '')::timestamptz) at time zone 'Asia/Shanghai')::date) - interval '5 years') and exists (select 1 from access_bases b where b.subject_id = credit_records.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and credit_records.category = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and (b.records_from is null or b.records_from <= credit_records.occurred_on or credit_records.category = 'registration')))",
    "CREATE POLICY declared ON credit_records FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and self_declared and channel = 'filed_by_subject')",
    "CREATE POLICY contested ON credit_records FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and status = 'active') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and status = case when self_declared then 'withdrawn' else 'disputed' end)",
    "CREATE POLICY settled ON credit_records FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) in ('subject', 'operator', 'system') and status = 'disputed') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (status = 'active' or status = 'withdrawn' and (select nullif(current_setting('app.kind', true), '')::text) = 'operator'))",
    "CREATE POLICY repaired ON credit_records FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'system' and status in ('active', 'disputed', 'exempted') and not self_declared) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and status = 'repaired')",
    "CREATE POLICY exempted ON credit_records FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'operator' and status in ('active', 'disputed')) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'operator' and status = 'exempted')",
    "CREATE POLICY erased ON credit_records FOR DELETE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and self_declared)",
    "CREATE POLICY refuted ON credit_records FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'operator' and self_declared and status = 'active') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and status = 'withdrawn')",
    "CREATE POLICY promised ON credit_records FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'operator' and source = 'commitments' and not self_declared and exists (select 1 from commitments c where c.subject_id = credit_records.subject_id and (c.record_id = credit_records.id and credit_records.item_code = 'COMMITMENT' and c.kind <> 'truth' or c.outcome_id = credit_records.id and credit_records.item_code = case c.state when 'KEPT' then 'COMMITMENT-KEPT' else 'COMMITMENT-BROKEN' end)))",
    "CREATE POLICY kept ON credit_records FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'system' and source = 'perks' and not self_declared and item_code = 'PERK-KEPT' and polarity = 'positive' and exists (select 1 from perk_redeemers r join perk_redemptions x on x.tenant_id = r.tenant_id and x.id = r.redemption_id join perk_programmes p on p.tenant_id = x.tenant_id and p.id = x.programme_id where r.subject_id = credit_records.subject_id and r.redemption_id::text = credit_records.source_ref and r.consent_id is not null and x.state = 'COMPLETED' and p.record_rule = 'kept' and p.sector not in ('medical', 'school')))",
    "CREATE POLICY served ON credit_records FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'system' and source = 'grid' and not self_declared and item_code = 'GRID-SERVICE' and polarity = 'positive' and exists (select 1 from grid_agreements a join household_members m on m.tenant_id = a.tenant_id and m.id = a.member_id where (m.subject_id = credit_records.subject_id or m.household_subject_id = credit_records.subject_id and m.relation = 'head') and credit_records.source_ref like a.tenant_id::text || ':' || a.member_id::text || ':%' and a.use = 'record' and a.ended_at is null))",
    "CREATE POLICY served_no_more ON credit_records FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'system' and source = 'grid' and status = 'active') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and status = 'withdrawn')",
    "CREATE POLICY attested ON credit_records FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and source = 'village' and not self_declared and exists (select 1 from rural_statements v where v.subject_id = credit_records.subject_id and v.id::text = credit_records.source_ref and v.item_code = credit_records.item_code and v.state = 'VERIFIED'))",
    "CREATE POLICY invented ON credit_records FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and exists (select 1 from subjects s where s.id = credit_records.subject_id and s.sandbox_id = (select nullif(current_setting('app.sandbox_id', true), '')::uuid)))",
    'CREATE POLICY batch ON credit_records FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (status), DELETE ON credit_records TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON credit_records TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p00 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p00 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p01 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p01 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p02 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p02 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p03 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p03 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p04 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p04 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p05 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p05 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p06 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p06 TO suxin_batch',
    'CREATE POLICY batch ON credit_records_p07 FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT ON credit_records_p07 TO suxin_batch',
    'ALTER TABLE credit_round_members ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_round_members FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON credit_round_members FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON credit_round_members FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY joined ON credit_round_members FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY by_itself ON credit_round_members FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY system ON credit_round_members FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, label, number, tier, line_fen, reason, decided_by, decided_at, notice_ends_at, objection, objected_at, answer, answered_by, answered_at, starts_on, expires_on, ended_at, told) ON credit_round_members TO suxin_app',
    "CREATE TRIGGER credit_round_members_begins BEFORE INSERT ON credit_round_members FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONSENTED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER credit_round_members_step BEFORE UPDATE OF state ON credit_round_members FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'ENDED', 'client'), ('ACTIVE', 'ENDED', 'staff'), ('ACTIVE', 'ENDED', 'system'), ('ACTIVE', 'LEFT', 'subject'), ('ACTIVE', 'LEFT', 'system'), ('CONSENTED', 'LEFT', 'subject'), ('CONSENTED', 'LEFT', 'system'), ('CONSENTED', 'NOTICED', 'client'), ('CONSENTED', 'NOTICED', 'staff'), ('CONSENTED', 'NOT_OFFERED', 'client'), ('CONSENTED', 'NOT_OFFERED', 'staff'), ('NOTICED', 'ACTIVE', 'system'), ('NOTICED', 'LEFT', 'subject'), ('NOTICED', 'LEFT', 'system'), ('NOTICED', 'OBJECTED', 'subject'), ('NOT_OFFERED', 'LEFT', 'subject'), ('NOT_OFFERED', 'LEFT', 'system'), ('NOT_OFFERED', 'OBJECTED', 'subject'), ('OBJECTED', 'LEFT', 'subject'), ('OBJECTED', 'LEFT', 'system'), ('OBJECTED', 'NOTICED', 'client'), ('OBJECTED', 'NOTICED', 'staff'), ('OBJECTED', 'NOT_OFFERED', 'client'), ('OBJECTED', 'NOT_OFFERED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE credit_round_notices ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_round_notices FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON credit_round_notices FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY owner_tenant ON credit_round_notices FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON credit_round_notices FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON credit_round_notices TO suxin_app',
    'ALTER TABLE credit_rounds ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE credit_rounds FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON credit_rounds FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY village ON credit_rounds FOR SELECT TO suxin_app USING (village_tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY village_signs ON credit_rounds FOR UPDATE TO suxin_app USING (village_tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (village_tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY invited ON credit_rounds FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and state in ('OPEN', 'CLOSED'))",
    "CREATE POLICY operator ON credit_rounds FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON credit_rounds FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, signed_by, signed_at, accepted_by, accepted_at, confirmed_by, confirmed_at, ended_at, ended_reason, households, joined, lined, active, counted_at) ON credit_rounds TO suxin_app',
    "CREATE TRIGGER credit_rounds_begins BEFORE INSERT ON credit_rounds FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'client'), ('PROPOSED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER credit_rounds_step BEFORE UPDATE OF state ON credit_rounds FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACCEPTED', 'CALLED_OFF', 'client'), ('ACCEPTED', 'CALLED_OFF', 'staff'), ('ACCEPTED', 'OPEN', 'client'), ('ACCEPTED', 'OPEN', 'staff'), ('OPEN', 'CLOSED', 'client'), ('OPEN', 'CLOSED', 'staff'), ('PROPOSED', 'CALLED_OFF', 'client'), ('PROPOSED', 'CALLED_OFF', 'staff'), ('PROPOSED', 'SIGNED', 'client'), ('PROPOSED', 'SIGNED', 'staff'), ('SIGNED', 'ACCEPTED', 'client'), ('SIGNED', 'ACCEPTED', 'staff'), ('SIGNED', 'CALLED_OFF', 'client'), ('SIGNED', 'CALLED_OFF', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE custodian_lines ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE custodian_lines FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON custodian_lines FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON custodian_lines FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, matched, matched_id, settled_at, settled_by, note) ON custodian_lines TO suxin_app',
    "CREATE TRIGGER custodian_lines_begins BEFORE INSERT ON custodian_lines FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER custodian_lines_step BEFORE UPDATE OF state ON custodian_lines FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'MATCHED', 'operator'), ('OPEN', 'MATCHED', 'system'), ('OPEN', 'SET_ASIDE', 'operator'), ('SET_ASIDE', 'OPEN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE custodian_statements ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE custodian_statements FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON custodian_statements FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON custodian_statements FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON custodian_statements TO suxin_app',
    'ALTER TABLE decision_snapshots ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE decision_snapshots FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON decision_snapshots FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY decided_by_subject ON decision_snapshots FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY bank_with_basis ON decision_snapshots FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.subject_id = decision_snapshots.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = decision_snapshots.request_id))",
    "CREATE POLICY system ON decision_snapshots FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (content, erased_at) ON decision_snapshots TO suxin_app',
    'ALTER TABLE declared_disasters ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE declared_disasters FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON declared_disasters FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY declared ON declared_disasters FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY moved_on ON declared_disasters FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY told ON declared_disasters FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) in ('staff', 'subject') and state in ('CONFIRMED', 'REVOKED'))",
    "CREATE POLICY system ON declared_disasters FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON declared_disasters FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, answer, revoked_by, revoked_at, revoked_reason, notice_id, renewals_at, loans, agreed, declined, renewed, counted_at) ON declared_disasters TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON declared_disasters TO suxin_batch',
    "CREATE TRIGGER declared_disasters_begins BEFORE INSERT ON declared_disasters FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DECLARED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER declared_disasters_step BEFORE UPDATE OF state ON declared_disasters FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONFIRMED', 'REVOKED', 'operator'), ('DECLARED', 'CONFIRMED', 'operator'), ('DECLARED', 'REJECTED', 'operator'), ('DECLARED', 'WITHDRAWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE deprecated_uses ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE deprecated_uses FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON deprecated_uses FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON deprecated_uses FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON deprecated_uses FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON deprecated_uses TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON desk_sessions TO suxin_doorway',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON device_codes TO suxin_doorway',
    'ALTER TABLE disaster_notices ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE disaster_notices FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON disaster_notices FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY filed ON disaster_notices FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY moved_on ON disaster_notices FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON disaster_notices FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON disaster_notices FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, answer, ending_by, ending_at, ending_reason, ended_by, ended_at) ON disaster_notices TO suxin_app',
    'GRANT SELECT, UPDATE (counted, records, subjects, counted_at, applied_at, key_sealed) ON disaster_notices TO suxin_batch',
    "CREATE TRIGGER disaster_notices_begins BEFORE INSERT ON disaster_notices FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER disaster_notices_step BEFORE UPDATE OF state ON disaster_notices FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('IN_FORCE', 'ENDED', 'operator'), ('IN_FORCE', 'ENDED', 'system'), ('PROPOSED', 'IN_FORCE', 'operator'), ('PROPOSED', 'REJECTED', 'operator'), ('PROPOSED', 'WITHDRAWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ended_tokens TO suxin_doorway',
    'ALTER TABLE event_feeds ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE event_feeds FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON event_feeds FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON event_feeds FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON event_feeds TO suxin_app',
    'ALTER TABLE exports ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE exports FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON exports FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY started ON exports FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY cancelled ON exports FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and state = 'CANCELLED' and key_sealed is null)",
    "CREATE POLICY system ON exports FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON exports FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, started_at, finished_at, expires_at, erased_at, row_count, byte_count, position, crc, cursor, key_sealed, sha256, failure_code, failure_zh, failure_en), DELETE ON exports TO suxin_app',
    'GRANT SELECT, UPDATE ON exports TO suxin_batch',
    "CREATE TRIGGER exports_begins BEFORE INSERT ON exports FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('QUEUED', 'client'), ('QUEUED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER exports_step BEFORE UPDATE OF state ON exports FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('QUEUED', 'CANCELLED', 'client'), ('QUEUED', 'CANCELLED', 'staff'), ('QUEUED', 'FAILED', 'system'), ('QUEUED', 'RUNNING', 'system'), ('RUNNING', 'CANCELLED', 'client'), ('RUNNING', 'CANCELLED', 'staff'), ('RUNNING', 'COMPLETED', 'system'), ('RUNNING', 'FAILED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE filing_files ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE filing_files FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON filing_files FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON filing_files FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON filing_files TO suxin_app',
    'ALTER TABLE grid_agreements ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_agreements FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON grid_agreements FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY himself ON grid_agreements FOR SELECT TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY given ON grid_agreements FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY taken_back ON grid_agreements FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_agreements FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (ended_at, looked_month) ON grid_agreements TO suxin_app',
    'ALTER TABLE grid_app_events ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_app_events FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_app_events FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_app_events FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (content_hash, sort, state, household_number, household_id, happened_on, note, rule_code, missing, worker, changed_at, dismissed_by, dismissed_at) ON grid_app_events TO suxin_app',
    'ALTER TABLE grid_app_links ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_app_links FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_app_links FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_app_links FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (ground, joined_by, joined_at, left_by, left_at, cursor, held_until, next_at, failures, broken_since, problem, last_success_at, not_taken, compared_at, compared_month, differences) ON grid_app_links TO suxin_app',
    'ALTER TABLE grid_app_mappings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_app_mappings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_app_mappings FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_app_mappings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON grid_app_mappings TO suxin_app',
    'ALTER TABLE grid_app_told ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_app_told FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_app_told FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_app_told FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, points, told_at, refusal) ON grid_app_told TO suxin_app',
    'ALTER TABLE grid_appeals ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_appeals FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_appeals FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY filer ON grid_appeals FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and filed_by = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY town ON grid_appeals FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and to_town_at is not null)",
    "CREATE POLICY decided_by_town ON grid_appeals FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and to_town_at is not null and town_decided_at is null) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON grid_appeals FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (stands, answer, answered_at, further_until, to_town_by, to_town_at, town_reason, town_stands, town_answer, town_decided_at, closed_at) ON grid_appeals TO suxin_app',
    'ALTER TABLE grid_capture_items ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_capture_items FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_capture_items FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_capture_items FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (verdict, version, open_fields, code, reason_zh, reason_en, forced_at, settled_at, settled_by) ON grid_capture_items TO suxin_app',
    'ALTER TABLE grid_capture_versions ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_capture_versions FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_capture_versions FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_capture_versions FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON grid_capture_versions TO suxin_app',
    'ALTER TABLE grid_captures ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_captures FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_captures FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_captures FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (version, content, state, problem_code, problem_zh, problem_en, ended_at) ON grid_captures TO suxin_app',
    "CREATE TRIGGER grid_captures_begins BEFORE INSERT ON grid_captures FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'client'), ('OPEN', 'staff'), ('OPEN', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER grid_captures_step BEFORE UPDATE OF state ON grid_captures FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'LAPSED', 'system'), ('OPEN', 'RECORDED', 'client'), ('OPEN', 'RECORDED', 'staff'), ('OPEN', 'RECORDED', 'system'), ('OPEN', 'WITHDRAWN', 'client'), ('OPEN', 'WITHDRAWN', 'staff'), ('OPEN', 'WITHDRAWN', 'system'), ('RECORDED', 'WITHDRAWN', 'client'), ('RECORDED', 'WITHDRAWN', 'staff'), ('RECORDED', 'WITHDRAWN', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE grid_claim_photos ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_claim_photos FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_claim_photos FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_claim_photos FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON grid_claim_photos FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON grid_claim_photos TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON grid_claim_photos TO suxin_batch',
    'ALTER TABLE grid_claim_seats ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_claim_seats FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_claim_seats FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY town ON grid_claim_seats FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and body = 'town' and staff_id = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY read_by_town ON grid_claim_seats FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and body = 'town' and staff_id = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_claim_seats FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON grid_claim_seats TO suxin_app',
    'ALTER TABLE grid_claims ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_claims FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_claims FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY household ON grid_claims FOR SELECT TO suxin_app USING (exists (select 1 from household_members m where m.tenant_id = grid_claims.tenant_id and m.household_id = grid_claims.household_id and m.subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.left_at is null))",
    "CREATE POLICY at_town ON grid_claims FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state = 'AT_TOWN')",
    "CREATE POLICY decided_by_town ON grid_claims FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state = 'AT_TOWN') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON grid_claims FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, due_at, due_from, due_days, due_provisional, late_at, reason, checked_at, decided_at, notice_id, notice_line, notice_ends_at, posted_at, posted_points, transfer_id, ended_at, reversal_asked_by, reversal_asked_at, reversal_reason, reversed_by, reversal_id, content_hash, member_id, rule_set_id, rule_code, rule_name, times, points, happened_on, note) ON grid_claims TO suxin_app',
    "CREATE TRIGGER grid_claims_begins BEFORE INSERT ON grid_claims FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('SUBMITTED', 'client'), ('SUBMITTED', 'staff'), ('SUBMITTED', 'subject'), ('SUBMITTED', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER grid_claims_step BEFORE UPDATE OF state ON grid_claims FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ANSWERED', 'APPROVED', 'operator'), ('ANSWERED', 'APPROVED', 'system'), ('ANSWERED', 'AT_TOWN', 'client'), ('ANSWERED', 'AT_TOWN', 'staff'), ('ANSWERED', 'AT_TOWN', 'subject'), ('ANSWERED', 'NOTICED', 'operator'), ('ANSWERED', 'NOTICED', 'system'), ('ANSWERED', 'POSTED', 'operator'), ('ANSWERED', 'POSTED', 'system'), ('ANSWERED', 'REJECTED', 'operator'), ('ANSWERED', 'REJECTED', 'system'), ('APPEALED', 'ANSWERED', 'client'), ('APPEALED', 'ANSWERED', 'staff'), ('APPROVED', 'NOTICED', 'client'), ('APPROVED', 'NOTICED', 'staff'), ('APPROVED', 'WITHDRAWN', 'client'), ('APPROVED', 'WITHDRAWN', 'staff'), ('APPROVED', 'WITHDRAWN', 'subject'), ('AT_TOWN', 'APPROVED', 'operator'), ('AT_TOWN', 'APPROVED', 'system'), ('AT_TOWN', 'NOTICED', 'operator'), ('AT_TOWN', 'NOTICED', 'system'), ('AT_TOWN', 'POSTED', 'operator'), ('AT_TOWN', 'POSTED', 'system'), ('AT_TOWN', 'REJECTED', 'operator'), ('AT_TOWN', 'REJECTED', 'system'), ('CHECKED', 'APPROVED', 'client'), ('CHECKED', 'APPROVED', 'staff'), ('CHECKED', 'REFUSED', 'client'), ('CHECKED', 'REFUSED', 'staff'), ('CHECKED', 'WITHDRAWN', 'client'), ('CHECKED', 'WITHDRAWN', 'staff'), ('CHECKED', 'WITHDRAWN', 'subject'), ('NOTICED', 'APPEALED', 'client'), ('NOTICED', 'APPEALED', 'staff'), ('NOTICED', 'APPEALED', 'subject'), ('NOTICED', 'POSTED', 'operator'), ('NOTICED', 'POSTED', 'system'), ('NOTICED', 'REJECTED', 'operator'), ('NOTICED', 'REJECTED', 'system'), ('POSTED', 'REVERSED', 'client'), ('POSTED', 'REVERSED', 'staff'), ('REFUSED', 'APPEALED', 'client'), ('REFUSED', 'APPEALED', 'staff'), ('REFUSED', 'APPEALED', 'subject'), ('REFUSED', 'REJECTED', 'operator'), ('REFUSED', 'REJECTED', 'system'), ('SUBMITTED', 'CHECKED', 'client'), ('SUBMITTED', 'CHECKED', 'staff'), ('SUBMITTED', 'REFUSED', 'client'), ('SUBMITTED', 'REFUSED', 'staff'), ('SUBMITTED', 'WITHDRAWN', 'client'), ('SUBMITTED', 'WITHDRAWN', 'staff'), ('SUBMITTED', 'WITHDRAWN', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE grid_devices ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_devices FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_devices FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_devices FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (last_seen_at, ended_at) ON grid_devices TO suxin_app',
    'ALTER TABLE grid_notice_pages ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_notice_pages FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_notice_pages FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON grid_notice_pages FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY system ON grid_notice_pages FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON grid_notice_pages TO suxin_app',
    'ALTER TABLE grid_notices ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_notices FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_notices FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON grid_notices FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY system ON grid_notices FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (lines, closed_at) ON grid_notices TO suxin_app',
    'ALTER TABLE grid_photo_pieces ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_photo_pieces FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_photo_pieces FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_photo_pieces FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON grid_photo_pieces FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (key_sealed, content) ON grid_photo_pieces TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON grid_photo_pieces TO suxin_batch',
    'ALTER TABLE grid_photo_uploads ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_photo_uploads FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_photo_uploads FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_photo_uploads FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (received_bytes, whole_at, ended_at) ON grid_photo_uploads TO suxin_app',
    'ALTER TABLE grid_rule_sets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_rule_sets FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_rule_sets FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON grid_rule_sets FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (state = 'CONFIRMED'))",
    "CREATE POLICY system ON grid_rule_sets FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON grid_rule_sets FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, book, edited_at, meeting, met_on, entitled, present, in_favour, minutes, adopted_by, adopted_at, confirmed_by, confirmed_at, starts_on, reason) ON grid_rule_sets TO suxin_app',
    'GRANT SELECT ON grid_rule_sets TO suxin_batch',
    "CREATE TRIGGER grid_rule_sets_begins BEFORE INSERT ON grid_rule_sets FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'client'), ('DRAFT', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER grid_rule_sets_step BEFORE UPDATE OF state ON grid_rule_sets FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ADOPTED', 'CONFIRMED', 'client'), ('ADOPTED', 'CONFIRMED', 'staff'), ('ADOPTED', 'DRAFT', 'client'), ('ADOPTED', 'DRAFT', 'staff'), ('ADOPTED', 'DROPPED', 'client'), ('ADOPTED', 'DROPPED', 'staff'), ('DRAFT', 'ADOPTED', 'client'), ('DRAFT', 'ADOPTED', 'staff'), ('DRAFT', 'DROPPED', 'client'), ('DRAFT', 'DROPPED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE grid_sheet_forms ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_sheet_forms FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON grid_sheet_forms FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY operator ON grid_sheet_forms FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'GRANT SELECT, INSERT ON grid_sheet_forms TO suxin_app',
    'ALTER TABLE grid_sheets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_sheets FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_sheets FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_sheets FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (signed_by, signed_at) ON grid_sheets TO suxin_app',
    'ALTER TABLE grid_staff_homes ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_staff_homes FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_staff_homes FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_staff_homes FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (household_id, declared_by, declared_at) ON grid_staff_homes TO suxin_app',
    'ALTER TABLE grid_workers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE grid_workers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON grid_workers FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON grid_workers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON grid_workers FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (ends_before, ended_by) ON grid_workers TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON grid_workers TO suxin_batch',
    'ALTER TABLE group_exemptions ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE group_exemptions FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON group_exemptions FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON group_exemptions FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON group_exemptions FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, UPDATE (told_at, end_told_at) ON group_exemptions TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE (ended_at) ON group_exemptions TO suxin_batch',
    'ALTER TABLE guarantee_requests ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE guarantee_requests FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON guarantee_requests FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY asked_guarantor ON guarantee_requests FOR SELECT TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY answering_guarantor ON guarantee_requests FOR UPDATE TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY applicant ON guarantee_requests FOR SELECT TO suxin_app USING (exists (select 1 from lead_parties p where p.lead_id = guarantee_requests.lead_id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY operator ON guarantee_requests FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON guarantee_requests FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, operator_id, client_account_id, committed_fen, letter_number, letter_fen, fee_bps, starts_on, ends_on, opinion, underwritten_at, underwritten_by, approved_at, approved_by, sign_by, decline_reason, release, note, ended_at) ON guarantee_requests TO suxin_app',
    "CREATE TRIGGER guarantee_requests_begins BEFORE INSERT ON guarantee_requests FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('REQUESTED', 'client'), ('REQUESTED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER guarantee_requests_step BEFORE UPDATE OF state ON guarantee_requests FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPROVED', 'LAPSED', 'system'), ('APPROVED', 'RELEASED', 'system'), ('APPROVED', 'WITHDRAWN', 'client'), ('APPROVED', 'WITHDRAWN', 'staff'), ('REQUESTED', 'DECLINED', 'client'), ('REQUESTED', 'DECLINED', 'staff'), ('REQUESTED', 'LAPSED', 'system'), ('REQUESTED', 'UNDERWRITTEN', 'client'), ('REQUESTED', 'UNDERWRITTEN', 'staff'), ('REQUESTED', 'WITHDRAWN', 'client'), ('REQUESTED', 'WITHDRAWN', 'staff'), ('UNDERWRITTEN', 'APPROVED', 'client'), ('UNDERWRITTEN', 'APPROVED', 'staff'), ('UNDERWRITTEN', 'DECLINED', 'client'), ('UNDERWRITTEN', 'DECLINED', 'staff'), ('UNDERWRITTEN', 'LAPSED', 'system'), ('UNDERWRITTEN', 'REQUESTED', 'client'), ('UNDERWRITTEN', 'REQUESTED', 'staff'), ('UNDERWRITTEN', 'WITHDRAWN', 'client'), ('UNDERWRITTEN', 'WITHDRAWN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE guarantor_limits ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE guarantor_limits FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON guarantor_limits FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY held_guarantor ON guarantor_limits FOR SELECT TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON guarantor_limits FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (form, net_assets_fen, multiple, client_bps, changed_at, changed_by) ON guarantor_limits TO suxin_app',
    'ALTER TABLE guarantor_parts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE guarantor_parts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON guarantor_parts FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY asked_guarantor ON guarantor_parts FOR SELECT TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY answering_guarantor ON guarantor_parts FOR UPDATE TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY pool_keeper ON guarantor_parts FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY ended_by_keeper ON guarantor_parts FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON guarantor_parts FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, escalated_at, answered_at, answered_by, refusal, note, ended_at) ON guarantor_parts TO suxin_app',
    "CREATE TRIGGER guarantor_parts_begins BEFORE INSERT ON guarantor_parts FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ASKED', 'client'), ('ASKED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER guarantor_parts_step BEFORE UPDATE OF state ON guarantor_parts FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('AGREED', 'WITHDRAWN', 'client'), ('AGREED', 'WITHDRAWN', 'operator'), ('AGREED', 'WITHDRAWN', 'staff'), ('ASKED', 'AGREED', 'client'), ('ASKED', 'AGREED', 'staff'), ('ASKED', 'REFUSED', 'client'), ('ASKED', 'REFUSED', 'staff'), ('ASKED', 'WITHDRAWN', 'client'), ('ASKED', 'WITHDRAWN', 'operator'), ('ASKED', 'WITHDRAWN', 'staff'), ('REFUSED', 'AGREED', 'client'), ('REFUSED', 'AGREED', 'staff'), ('REFUSED', 'WITHDRAWN', 'client'), ('REFUSED', 'WITHDRAWN', 'operator'), ('REFUSED', 'WITHDRAWN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE guarantor_transfers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE guarantor_transfers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON guarantor_transfers FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY party_guarantor ON guarantor_transfers FOR SELECT TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY noting_bank ON guarantor_transfers FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and kind = 'recovery')",
    "CREATE POLICY noting_guarantor ON guarantor_transfers FOR INSERT TO suxin_app WITH CHECK (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and kind = 'compensation')",
    "CREATE POLICY confirming_bank ON guarantor_transfers FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and kind = 'compensation') WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and kind = 'compensation')",
    "CREATE POLICY confirming_guarantor ON guarantor_transfers FOR UPDATE TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and kind = 'recovery') WITH CHECK (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and kind = 'recovery')",
    "CREATE POLICY pool_keeper ON guarantor_transfers FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON guarantor_transfers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, settled_at, settled_by, note) ON guarantor_transfers TO suxin_app',
    "CREATE TRIGGER guarantor_transfers_begins BEFORE INSERT ON guarantor_transfers FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('NOTED', 'client'), ('NOTED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER guarantor_transfers_step BEFORE UPDATE OF state ON guarantor_transfers FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONFIRMED', 'RETURNED', 'client'), ('CONFIRMED', 'RETURNED', 'staff'), ('NOTED', 'CONFIRMED', 'client'), ('NOTED', 'CONFIRMED', 'staff'), ('NOTED', 'DENIED', 'client'), ('NOTED', 'DENIED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE household_links ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE household_links FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON household_links FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY acting_person ON household_links FOR SELECT TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY system ON household_links FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, member_id, decided_by, decided_at, reason, ended_at) ON household_links TO suxin_app',
    "CREATE TRIGGER household_links_begins BEFORE INSERT ON household_links FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ASKED', 'system'), ('CONFIRMED', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER household_links_step BEFORE UPDATE OF state ON household_links FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ASKED', 'CONFIRMED', 'client'), ('ASKED', 'CONFIRMED', 'staff'), ('ASKED', 'DECLINED', 'client'), ('ASKED', 'DECLINED', 'staff'), ('ASKED', 'ENDED', 'client'), ('ASKED', 'ENDED', 'staff'), ('ASKED', 'ENDED', 'system'), ('CONFIRMED', 'ENDED', 'client'), ('CONFIRMED', 'ENDED', 'staff'), ('CONFIRMED', 'ENDED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE household_members ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE household_members FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON household_members FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY himself ON household_members FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY of_household ON household_members FOR SELECT TO suxin_app USING (household_subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and left_at is null)",
    "CREATE POLICY system ON household_members FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON household_members FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (household_id, name_sealed, name_masked, name_pinyin, relation, birth_year, phone_sealed, resident_id_sealed, resident_id_index, key_version, subject_id, household_subject_id, updated_at, left_at, left_because) ON household_members TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON household_members TO suxin_batch',
    'ALTER TABLE households ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE households FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON households FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY household_itself ON households FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY member ON households FOR SELECT TO suxin_app USING (exists (select 1 from household_members m where m.tenant_id = households.tenant_id and m.household_id = households.id and m.subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.left_at is null))",
    "CREATE POLICY system ON households FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON households FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (number, group_name, address, grid_id, head_id, state, merged_into, subject_id, register_number, linked_by, linked_at, notice_version, updated_at, ended_at, reason) ON households TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON households TO suxin_batch',
    "CREATE TRIGGER households_begins BEFORE INSERT ON households FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'client'), ('ACTIVE', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER households_step BEFORE UPDATE OF state ON households FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'MERGED', 'client'), ('ACTIVE', 'MERGED', 'staff'), ('ACTIVE', 'MOVED_AWAY', 'client'), ('ACTIVE', 'MOVED_AWAY', 'staff'), ('ACTIVE', 'TRANSFERRED', 'system'), ('MERGED', 'TRANSFERRED', 'system'), ('MOVED_AWAY', 'ACTIVE', 'client'), ('MOVED_AWAY', 'ACTIVE', 'staff'), ('MOVED_AWAY', 'TRANSFERRED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO suxin_doorway',
    'ALTER TABLE identity_providers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE identity_providers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON identity_providers FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY doorway ON identity_providers FOR SELECT TO suxin_doorway USING (true)',
    'CREATE POLICY batch ON identity_providers FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON identity_providers TO suxin_app',
    'GRANT SELECT ON identity_providers TO suxin_doorway',
    'GRANT SELECT, UPDATE ON identity_providers TO suxin_batch',
    "CREATE TRIGGER identity_providers_begins BEFORE INSERT ON identity_providers FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'client'), ('DRAFT', 'operator'), ('DRAFT', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER identity_providers_step BEFORE UPDATE OF state ON identity_providers FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'DRAFT', 'client'), ('ACTIVE', 'DRAFT', 'operator'), ('ACTIVE', 'DRAFT', 'staff'), ('ACTIVE', 'SUSPENDED', 'client'), ('ACTIVE', 'SUSPENDED', 'operator'), ('ACTIVE', 'SUSPENDED', 'staff'), ('DRAFT', 'ACTIVE', 'client'), ('DRAFT', 'ACTIVE', 'operator'), ('DRAFT', 'ACTIVE', 'staff'), ('SUSPENDED', 'ACTIVE', 'client'), ('SUSPENDED', 'ACTIVE', 'operator'), ('SUSPENDED', 'ACTIVE', 'staff'), ('SUSPENDED', 'DRAFT', 'client'), ('SUSPENDED', 'DRAFT', 'operator'), ('SUSPENDED', 'DRAFT', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE impact_assessments ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE impact_assessments FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON impact_assessments FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY filed ON impact_assessments FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) in ('operator', 'system'))",
    "CREATE POLICY ended ON impact_assessments FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) in ('operator', 'system') and ended_at is null) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) in ('operator', 'system') and ended_at = (select nullif(current_setting('app.now', true), '')::timestamptz))",
    "CREATE POLICY kept_long_enough ON impact_assessments FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and ended_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) - interval '1098 days')",
    'GRANT SELECT, INSERT, UPDATE (ended_at), DELETE ON impact_assessments TO suxin_app',
    'ALTER TABLE incentive_awards ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE incentive_awards FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON incentive_awards FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY awarded ON incentive_awards FOR SELECT TO suxin_app USING (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and posted_at is not null)",
    'GRANT SELECT, INSERT, UPDATE (posted_at, reversed_at) ON incentive_awards TO suxin_app',
    'ALTER TABLE incentive_rule_sets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE incentive_rule_sets FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON incentive_rule_sets FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'GRANT SELECT, INSERT, UPDATE (state, approved_by, approved_at, ended_at) ON incentive_rule_sets TO suxin_app',
    "CREATE TRIGGER incentive_rule_sets_begins BEFORE INSERT ON incentive_rule_sets FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER incentive_rule_sets_step BEFORE UPDATE OF state ON incentive_rule_sets FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'APPROVED', 'operator'), ('DRAFT', 'WITHDRAWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE incentive_runs ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE incentive_runs FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON incentive_runs FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'GRANT SELECT, INSERT, UPDATE (state, checked_by, checked_at, reversal_by, reversal_reason, ended_by, ended_at) ON incentive_runs TO suxin_app',
    "CREATE TRIGGER incentive_runs_begins BEFORE INSERT ON incentive_runs FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER incentive_runs_step BEFORE UPDATE OF state ON incentive_runs FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('POSTED', 'REVERSAL_PROPOSED', 'operator'), ('PROPOSED', 'POSTED', 'operator'), ('PROPOSED', 'WITHDRAWN', 'operator'), ('REVERSAL_PROPOSED', 'POSTED', 'operator'), ('REVERSAL_PROPOSED', 'REVERSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE ingestion_batches ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE ingestion_batches FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operators ON ingestion_batches FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'operator')",
    "CREATE POLICY received ON ingestion_batches FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'operator' and state = 'RECEIVED')",
    "CREATE POLICY cancelled ON ingestion_batches FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state in ('RECEIVED', 'RUNNING')) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state = 'CANCELLED')",
    'CREATE POLICY batch ON ingestion_batches FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, finished_at, cancel_reason) ON ingestion_batches TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON ingestion_batches TO suxin_batch',
    "CREATE TRIGGER ingestion_batches_begins BEFORE INSERT ON ingestion_batches FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('RECEIVED', 'client'), ('RECEIVED', 'operator'), ('RECEIVED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER ingestion_batches_step BEFORE UPDATE OF state ON ingestion_batches FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('RECEIVED', 'CANCELLED', 'operator'), ('RECEIVED', 'FAILED', 'system'), ('RECEIVED', 'RUNNING', 'system'), ('RUNNING', 'CANCELLED', 'operator'), ('RUNNING', 'COMPLETED', 'system'), ('RUNNING', 'FAILED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE ingestion_parts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE ingestion_parts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY received ON ingestion_parts FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON ingestion_parts FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON ingestion_parts TO suxin_app',
    'GRANT SELECT, INSERT, DELETE ON ingestion_parts TO suxin_batch',
    'ALTER TABLE ingestion_rejects ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE ingestion_rejects FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operators ON ingestion_rejects FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON ingestion_rejects FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON ingestion_rejects TO suxin_app',
    'GRANT SELECT, INSERT ON ingestion_rejects TO suxin_batch',
    'ALTER TABLE lead_parties ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE lead_parties FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON lead_parties FOR ALL TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY with_basis ON lead_parties FOR SELECT TO suxin_app USING (exists (select 1 from access_bases b where b.subject_id = lead_parties.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = lead_parties.request_id))",
    "CREATE POLICY system ON lead_parties FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON lead_parties TO suxin_app',
    'ALTER TABLE leads ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE leads FORCE ROW LEVEL SECURITY',
    "CREATE POLICY referred ON leads FOR SELECT TO suxin_app USING (exists (select 1 from referrals r where r.lead_id = leads.id and r.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)))",
    "CREATE POLICY open_pool ON leads FOR SELECT TO suxin_app USING (pool_open and (select nullif(current_setting('app.tenant_kind', true), '')::text) = 'bank' and sandbox_id is not distinct from (select nullif(current_setting('app.sandbox_id', true), '')::uuid) and (claimed_by is null or claimed_by = (select nullif(current_setting('app.tenant_id', true), '')::uuid) or claim_expires_at <= (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY claimant ON leads FOR UPDATE TO suxin_app USING (pool_open and (select nullif(current_setting('app.tenant_kind', true), '')::text) = 'bank' and sandbox_id is not distinct from (select nullif(current_setting('app.sandbox_id', true), '')::uuid) and (claimed_by is null or claimed_by = (select nullif(current_setting('app.tenant_id', true), '')::uuid) or claim_expires_at <= (select nullif(current_setting('app.now', true), '')::timestamptz))) WITH CHECK (pool_open and (select nullif(current_setting('app.tenant_kind', true), '')::text) = 'bank' and sandbox_id is not distinct from (select nullif(current_setting('app.sandbox_id', true), '')::uuid) and (claimed_by is null or claimed_by = (select nullif(current_setting('app.tenant_id', true), '')::uuid) or claim_expires_at <= (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY data_subject ON leads FOR SELECT TO suxin_app USING (exists (select 1 from lead_parties p where p.lead_id = leads.id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY submitter ON leads FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.subject_id', true), '')::uuid) is not null)",
    "CREATE POLICY withdrawer ON leads FOR UPDATE TO suxin_app USING (exists (select 1 from lead_parties p where p.lead_id = leads.id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))) WITH CHECK (exists (select 1 from lead_parties p where p.lead_id = leads.id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY system ON leads FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON leads TO suxin_app',
    'ALTER TABLE league_lines ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE league_lines FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON league_lines FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON league_lines FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY named ON league_lines FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'bank' and (select nullif(current_setting('app.sandbox_id', true), '')::uuid) is null and exists (select 1 from league_tables t where t.quarter = league_lines.quarter and t.version = league_lines.version and t.named))",
    "CREATE POLICY system ON league_lines FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON league_lines TO suxin_app',
    'ALTER TABLE league_tables ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE league_tables FORCE ROW LEVEL SECURITY',
    "CREATE POLICY banks ON league_tables FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'bank' and (select nullif(current_setting('app.sandbox_id', true), '')::uuid) is null and counted_at is not null)",
    "CREATE POLICY operator ON league_tables FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY asked ON league_tables FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY published_by ON league_tables FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON league_tables FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (counted_at, worked_on, ranked, named) ON league_tables TO suxin_app',
    'CREATE TRIGGER league_tables_counted BEFORE UPDATE ON league_tables FOR EACH ROW WHEN (OLD.counted_at IS NOT NULL AND (OLD.counted_at, OLD.counted_until, OLD.worked_on, OLD.ranked, OLD.quarter, OLD.version, OLD.definition) IS DISTINCT FROM (NEW.counted_at, NEW.counted_until, NEW.worked_on, NEW.ranked, NEW.quarter, NEW.version, NEW.definition)) EXECUTE FUNCTION refuse_step()',
    "CREATE TRIGGER league_tables_by_platform BEFORE UPDATE ON league_tables FOR EACH ROW WHEN (OLD.counted_at IS NULL AND NEW.counted_at IS NOT NULL AND nullif(current_setting('app.kind', true), '') <> 'system') EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE ledger_accounts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE ledger_accounts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON ledger_accounts FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON ledger_accounts FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (posted_debits, posted_credits, pending_debits, pending_credits, moved_at, floor, ceiling, closed_at, closed_before) ON ledger_accounts TO suxin_app',
    'CREATE TRIGGER ledger_accounts_begins BEFORE INSERT ON ledger_accounts FOR EACH ROW WHEN (NEW.posted_debits <> 0 OR NEW.posted_credits <> 0 OR NEW.pending_debits <> 0 OR NEW.pending_credits <> 0) EXECUTE FUNCTION refuse_step()',
    'CREATE TRIGGER ledger_accounts_by_hand BEFORE UPDATE ON ledger_accounts FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND (OLD.closed_at IS NOT NULL OR (OLD.posted_debits, OLD.posted_credits, OLD.pending_debits, OLD.pending_credits, OLD.moved_at) IS DISTINCT FROM (NEW.posted_debits, NEW.posted_credits, NEW.pending_debits, NEW.pending_credits, NEW.moved_at) OR OLD.closed_before IS NOT NULL AND (NEW.closed_before IS NULL OR NEW.closed_before < OLD.closed_before))) EXECUTE FUNCTION refuse_step()',
    'ALTER TABLE ledger_closings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE ledger_closings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON ledger_closings FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON ledger_closings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON ledger_closings TO suxin_app',
    'ALTER TABLE ledger_transfers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE ledger_transfers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON ledger_transfers FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON ledger_transfers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON ledger_transfers TO suxin_app',
    "CREATE FUNCTION move_ledger_balances() RETURNS trigger LANGUAGE plpgsql AS $$\nDECLARE s record;\nBEGIN\n  IF EXISTS (SELECT 1 FROM added r WHERE r.pending_id IS NOT NULL AND NOT EXISTS (\n      SELECT 1 FROM ledger_transfers p WHERE p.tenant_id = r.tenant_id AND p.id = r.pending_id AND p.phase = 'PENDING'\n      AND p.amount = r.pending_amount AND p.debit_account_id = r.debit_account_id AND p.credit_account_id = r.credit_account_id)) THEN\n    RAISE EXCEPTION 'this resolves no hold as it was made' USING ERRCODE = 'check_violation', TABLE = 'ledger_transfers', CONSTRAINT = 'ledger_transfers_resolves';\n  END IF;\n  IF EXISTS (SELECT 1 FROM added r WHERE r.reverses_id IS NOT NULL AND NOT EXISTS (\n      SELECT 1 FROM ledger_transfers t WHERE t.tenant_id = r.tenant_id AND t.id = r.reverses_id AND t.phase IN ('SINGLE', 'POSTED')\n      AND t.amount = r.amount AND t.debit_account_id = r.credit_account_id AND t.credit_account_id = r.debit_account_id)) THEN\n    RAISE EXCEPTION 'this reverses no transfer as it was made' USING ERRCODE = 'check_violation', TABLE = 'ledger_transfers', CONSTRAINT = 'ledger_transfers_reverses';\n  END IF;\n  FOR s IN\n    SELECT side.tenant_id, side.account_id, sum(posted * on_debit)::bigint AS posted_debits, sum(posted * (1 - on_debit))::bigint AS posted_credits,\n      sum(held * on_debit)::bigint AS pending_debits, sum(held * (1 - on_debit))::bigint AS pending_credits,\n      min(effective_at) AS earliest, min(recorded_at) AS first_at, max(recorded_at) AS last_at\n    FROM added CROSS JOIN LATERAL (VALUES (debit_account_id, 1), (credit_account_id, 0)) AS sides (account_id, on_debit)\n    CROSS JOIN LATERAL (SELECT added.tenant_id, sides.account_id,\n      CASE WHEN phase IN ('SINGLE', 'POSTED') THEN amount ELSE 0 END AS posted,\n      CASE WHEN phase = 'PENDING' THEN amount ELSE - coalesce(pending_amount, 0) END AS held) AS side\n    GROUP BY side.tenant_id, side.account_id ORDER BY side.account_id\n  LOOP\n    UPDATE ledger_accounts a SET posted_debits = a.posted_debits + s.posted_debits, posted_credits = a.posted_credits + s.posted_credits,\n      pending_debits = a.pending_debits + s.pending_debits, pending_credits = a.pending_credits + s.pending_credits, moved_at = s.last_at\n    WHERE a.tenant_id = s.tenant_id AND a.id = s.account_id AND a.closed_at IS NULL AND s.first_at >= a.moved_at\n      AND (a.closed_before IS NULL OR s.earliest >= a.closed_before);\n    IF NOT FOUND THEN\n      RAISE EXCEPTION 'the account or the period is closed, or the times run backwards' USING ERRCODE = 'check_violation', TABLE = 'ledger_transfers', CONSTRAINT = 'ledger_transfers_open';\n    END IF;\n  END LOOP;\n  RETURN NULL;\nEND $$",
    'CREATE TRIGGER ledger_transfers_move AFTER INSERT ON ledger_transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION move_ledger_balances()',
    'ALTER TABLE loan_drawdowns ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_drawdowns FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON loan_drawdowns FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON loan_drawdowns FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON loan_drawdowns FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON loan_drawdowns TO suxin_app',
    'ALTER TABLE loan_instalments ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_instalments FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON loan_instalments FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON loan_instalments FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    'CREATE POLICY batch ON loan_instalments FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON loan_instalments FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON loan_instalments TO suxin_app',
    'GRANT SELECT ON loan_instalments TO suxin_batch',
    'ALTER TABLE loan_months ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_months FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON loan_months FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON loan_months FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON loan_months TO suxin_app',
    'ALTER TABLE loan_products ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_products FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON loan_products FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON loan_products FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (status <> 'DRAFT' and sandbox_id is not distinct from (select nullif(current_setting('app.sandbox_id', true), '')::uuid)))",
    'GRANT SELECT, INSERT, UPDATE ON loan_products TO suxin_app',
    "CREATE TRIGGER loan_products_begins BEFORE INSERT ON loan_products FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.status, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'client'), ('DRAFT', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER loan_products_step BEFORE UPDATE OF status ON loan_products FOR EACH ROW WHEN (OLD.status <> NEW.status AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.status, NEW.status, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'PUBLISHED', 'client'), ('DRAFT', 'PUBLISHED', 'staff'), ('DRAFT', 'RETIRED', 'client'), ('DRAFT', 'RETIRED', 'staff'), ('PUBLISHED', 'RETIRED', 'client'), ('PUBLISHED', 'RETIRED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE loan_repayments ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_repayments FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON loan_repayments FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON loan_repayments FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON loan_repayments FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON loan_repayments TO suxin_app',
    'ALTER TABLE loan_requests ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_requests FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON loan_requests FOR ALL TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY with_basis ON loan_requests FOR SELECT TO suxin_app USING (exists (select 1 from access_bases b where b.subject_id = loan_requests.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = loan_requests.id))",
    "CREATE POLICY system ON loan_requests FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON loan_requests TO suxin_app',
    "CREATE TRIGGER loan_requests_begins BEFORE INSERT ON loan_requests FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('SUBMITTED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER loan_requests_step BEFORE UPDATE OF state ON loan_requests FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACCEPTED', 'CONTRACTED', 'client'), ('ACCEPTED', 'CONTRACTED', 'staff'), ('CONTRACTED', 'DISBURSED', 'client'), ('CONTRACTED', 'DISBURSED', 'staff'), ('CONTRACTED', 'WITHDRAWN', 'client'), ('CONTRACTED', 'WITHDRAWN', 'staff'), ('DRAFT', 'WITHDRAWN', 'subject'), ('MATCHING', 'EXPIRED', 'system'), ('MATCHING', 'OPEN', 'subject'), ('MATCHING', 'UNMATCHED', 'subject'), ('MATCHING', 'UNMATCHED', 'system'), ('MATCHING', 'WITHDRAWN', 'subject'), ('OFFERED', 'ACCEPTED', 'subject'), ('OFFERED', 'EXPIRED', 'system'), ('OFFERED', 'OPEN', 'client'), ('OFFERED', 'OPEN', 'staff'), ('OFFERED', 'OPEN', 'system'), ('OFFERED', 'UNMATCHED', 'subject'), ('OFFERED', 'UNMATCHED', 'system'), ('OFFERED', 'WITHDRAWN', 'subject'), ('OPEN', 'EXPIRED', 'system'), ('OPEN', 'OFFERED', 'client'), ('OPEN', 'OFFERED', 'staff'), ('OPEN', 'UNMATCHED', 'subject'), ('OPEN', 'UNMATCHED', 'system'), ('OPEN', 'WITHDRAWN', 'subject'), ('SUBMITTED', 'EXPIRED', 'system'), ('SUBMITTED', 'OPEN', 'subject'), ('SUBMITTED', 'UNMATCHED', 'subject'), ('SUBMITTED', 'UNMATCHED', 'system'), ('SUBMITTED', 'WITHDRAWN', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE loan_warnings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loan_warnings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON loan_warnings FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON loan_warnings FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    'CREATE POLICY batch ON loan_warnings FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON loan_warnings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, UPDATE (state, told_state, acknowledged_at, acknowledged_by, answered_at, answered_by, action, false_alarm, note, lapsed_at, withdrawn_because) ON loan_warnings TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON loan_warnings TO suxin_batch',
    "CREATE TRIGGER loan_warnings_begins BEFORE INSERT ON loan_warnings FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('RAISED', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER loan_warnings_step BEFORE UPDATE OF state ON loan_warnings FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACKNOWLEDGED', 'ACTED', 'client'), ('ACKNOWLEDGED', 'ACTED', 'staff'), ('ACKNOWLEDGED', 'FALSE_ALARM', 'client'), ('ACKNOWLEDGED', 'FALSE_ALARM', 'staff'), ('ACKNOWLEDGED', 'LAPSED', 'system'), ('ACKNOWLEDGED', 'WITHDRAWN', 'system'), ('LAPSED', 'ACKNOWLEDGED', 'client'), ('LAPSED', 'ACKNOWLEDGED', 'staff'), ('LAPSED', 'WITHDRAWN', 'system'), ('RAISED', 'ACKNOWLEDGED', 'client'), ('RAISED', 'ACKNOWLEDGED', 'staff'), ('RAISED', 'LAPSED', 'system'), ('RAISED', 'WITHDRAWN', 'system'), ('WITHDRAWN', 'RAISED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE loans ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE loans FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON loans FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON loans FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    'CREATE POLICY batch ON loans FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON loans FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, first_drawn_on, first_due_on, ends_on, drawn_fen, principal_paid_fen, interest_paid_fen, fee_paid_fen, overdue_since, overdue_days, risk_class, told_state, ended_at, end_note, collateral_registry, collateral_number, collateral_expires_on, collateral_recorded_at, collateral_reminded_for) ON loans TO suxin_app',
    'GRANT SELECT, UPDATE ON loans TO suxin_batch',
    "CREATE TRIGGER loans_begins BEFORE INSERT ON loans FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('SIGNED', 'client'), ('SIGNED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER loans_step BEFORE UPDATE OF state ON loans FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('COMPENSATED', 'OVERDUE', 'operator'), ('COMPENSATED', 'OVERDUE', 'system'), ('COMPENSATED', 'RECOVERING', 'client'), ('COMPENSATED', 'RECOVERING', 'staff'), ('COMPENSATED', 'SETTLED', 'client'), ('COMPENSATED', 'SETTLED', 'operator'), ('COMPENSATED', 'SETTLED', 'staff'), ('COMPENSATED', 'SETTLED', 'system'), ('COMPENSATED', 'WRITTEN_OFF', 'operator'), ('COMPENSATED', 'WRITTEN_OFF', 'system'), ('DISBURSED', 'OVERDUE', 'client'), ('DISBURSED', 'OVERDUE', 'staff'), ('DISBURSED', 'OVERDUE', 'system'), ('DISBURSED', 'PERFORMING', 'client'), ('DISBURSED', 'PERFORMING', 'staff'), ('DISBURSED', 'PERFORMING', 'system'), ('DISBURSED', 'SETTLED', 'client'), ('DISBURSED', 'SETTLED', 'staff'), ('OVERDUE', 'COMPENSATED', 'operator'), ('OVERDUE', 'COMPENSATED', 'system'), ('OVERDUE', 'PERFORMING', 'client'), ('OVERDUE', 'PERFORMING', 'staff'), ('OVERDUE', 'PERFORMING', 'system'), ('OVERDUE', 'WRITTEN_OFF', 'client'), ('OVERDUE', 'WRITTEN_OFF', 'staff'), ('PERFORMING', 'OVERDUE', 'client'), ('PERFORMING', 'OVERDUE', 'staff'), ('PERFORMING', 'OVERDUE', 'system'), ('PERFORMING', 'SETTLED', 'client'), ('PERFORMING', 'SETTLED', 'staff'), ('RECOVERING', 'SETTLED', 'client'), ('RECOVERING', 'SETTLED', 'operator'), ('RECOVERING', 'SETTLED', 'staff'), ('RECOVERING', 'SETTLED', 'system'), ('RECOVERING', 'WRITTEN_OFF', 'operator'), ('RECOVERING', 'WRITTEN_OFF', 'system'), ('SIGNED', 'CANCELLED', 'client'), ('SIGNED', 'CANCELLED', 'staff'), ('SIGNED', 'DISBURSED', 'client'), ('SIGNED', 'DISBURSED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON log_in_failures TO suxin_doorway',
    'GRANT SELECT ON log_in_failures TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON log_in_sessions TO suxin_doorway',
    'ALTER TABLE mandates ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE mandates FORCE ROW LEVEL SECURITY',
    "CREATE POLICY acting_person ON mandates FOR SELECT TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY ended_by_himself ON mandates FOR UPDATE TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and ended_at is null) WITH CHECK (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and ended_at is not null)",
    "CREATE POLICY data_subject ON mandates FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY at_counter ON mandates FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and exists (select 1 from counter_visits v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid) and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and v.person_id = mandates.person_id))",
    "CREATE POLICY system ON mandates FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY kept_long_enough ON mandates AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and least(ended_at, ends_at) <= (select nullif(current_setting('app.now', true), '')::timestamptz) - interval '1098 days')",
    'CREATE POLICY batch ON mandates FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (ended_at), DELETE ON mandates TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON mandates TO suxin_batch',
    'ALTER TABLE match_results ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE match_results FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON match_results FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY submitter ON match_results FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY erased ON match_results FOR DELETE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and exists (select 1 from loan_requests q where q.subject_id = match_results.subject_id and q.id = match_results.request_id and q.state in ('WITHDRAWN', 'EXPIRED', 'UNMATCHED')))",
    "CREATE POLICY system ON match_results FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, DELETE ON match_results TO suxin_app',
    'ALTER TABLE material_requests ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE material_requests FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON material_requests FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON material_requests FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY answers ON material_requests FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY system ON material_requests FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (items, state, ended_at) ON material_requests TO suxin_app',
    "CREATE TRIGGER material_requests_begins BEFORE INSERT ON material_requests FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'client'), ('OPEN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER material_requests_step BEFORE UPDATE OF state ON material_requests FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'ANSWERED', 'subject'), ('OPEN', 'CLOSED', 'system'), ('OPEN', 'EXPIRED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE memberships ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE memberships FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON memberships FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY doorway ON memberships FOR SELECT TO suxin_doorway USING (true)',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON memberships TO suxin_app',
    'GRANT SELECT ON memberships TO suxin_doorway',
    'ALTER TABLE notice_texts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE notice_texts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON notice_texts FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY system ON notice_texts FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON notice_texts TO suxin_app',
    'ALTER TABLE notices ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE notices FORCE ROW LEVEL SECURITY',
    "CREATE POLICY acting_person ON notices FOR ALL TO suxin_app USING (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid)) WITH CHECK (person_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY owner_tenant ON notices FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON notices FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY appended ON notices FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) in ('staff', 'client', 'operator', 'subject', 'system'))",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON notices TO suxin_app',
    'ALTER TABLE oauth_clients ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE oauth_clients FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON oauth_clients FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY doorway ON oauth_clients FOR SELECT TO suxin_doorway USING (true)',
    'GRANT SELECT, INSERT, UPDATE ON oauth_clients TO suxin_app',
    'GRANT SELECT ON oauth_clients TO suxin_doorway',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_grants TO suxin_doorway',
    'ALTER TABLE offers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE offers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON offers FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON offers FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY decided_by_subject ON offers FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)) WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON offers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, decided_at) ON offers TO suxin_app',
    "CREATE TRIGGER offers_begins BEFORE INSERT ON offers FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'client'), ('OPEN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER offers_step BEFORE UPDATE OF state ON offers FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'CHOSEN', 'subject'), ('OPEN', 'EXPIRED', 'system'), ('OPEN', 'PASSED', 'subject'), ('OPEN', 'PASSED', 'system'), ('OPEN', 'WITHDRAWN', 'client'), ('OPEN', 'WITHDRAWN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE order_authorisations ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE order_authorisations FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON order_authorisations FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON order_authorisations FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, call_up, reason, rejection, opened_at, ended_at) ON order_authorisations TO suxin_app',
    "CREATE TRIGGER order_authorisations_begins BEFORE INSERT ON order_authorisations FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPLIED', 'client'), ('APPLIED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER order_authorisations_step BEFORE UPDATE OF state ON order_authorisations FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPLIED', 'REFUSED', 'system'), ('APPLIED', 'WAITING', 'system'), ('AVAILABLE', 'ENDED', 'system'), ('AVAILABLE', 'ENDING', 'client'), ('AVAILABLE', 'ENDING', 'staff'), ('ENDING', 'ENDED', 'system'), ('WAITING', 'AVAILABLE', 'system'), ('WAITING', 'ENDED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE order_bill_gaps ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE order_bill_gaps FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON order_bill_gaps FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON order_bill_gaps FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY explained_by_tenant ON order_bill_gaps FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and found_at is null) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and found_at = (select nullif(current_setting('app.now', true), '')::timestamptz))",
    "CREATE POLICY system ON order_bill_gaps FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (found, found_by, found_at) ON order_bill_gaps TO suxin_app',
    'ALTER TABLE order_bills ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE order_bills FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON order_bills FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON order_bills FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON order_bills FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON order_bills TO suxin_app',
    'ALTER TABLE order_outcomes ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE order_outcomes FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON order_outcomes FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON order_outcomes FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON order_outcomes TO suxin_app',
    'ALTER TABLE order_refunds ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE order_refunds FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON order_refunds FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON order_refunds FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, provider_refund_id, rejection, settled_at) ON order_refunds TO suxin_app',
    'ALTER TABLE order_services ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE order_services FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON order_services FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON order_services FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON order_services FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (closed_at) ON order_services TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO suxin_doorway',
    'GRANT INSERT ON outbox TO suxin_app',
    'ALTER TABLE perk_cover_claims ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_cover_claims FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON perk_cover_claims FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY claimed ON perk_cover_claims FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY withdrawn ON perk_cover_claims FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and state = 'WITHDRAWN')",
    "CREATE POLICY overseen ON perk_cover_claims FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY decided ON perk_cover_claims FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_cover_claims FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, due_at, due_provisional, late_at, granted_fen, answer, decided_by, decided_at, check_reason, checked_by, checked_at, hold_id, paid_by, paid_on, reference, ended_at) ON perk_cover_claims TO suxin_app',
    "CREATE TRIGGER perk_cover_claims_begins BEFORE INSERT ON perk_cover_claims FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('SUBMITTED', 'client'), ('SUBMITTED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_cover_claims_step BEFORE UPDATE OF state ON perk_cover_claims FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPROVED', 'PAID', 'operator'), ('APPROVED', 'REJECTED', 'operator'), ('DECIDED', 'APPROVED', 'operator'), ('DECIDED', 'REJECTED', 'operator'), ('DECIDED', 'SUBMITTED', 'operator'), ('SUBMITTED', 'DECIDED', 'operator'), ('SUBMITTED', 'WITHDRAWN', 'client'), ('SUBMITTED', 'WITHDRAWN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE perk_cover_papers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_cover_papers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON perk_cover_papers FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY overseen ON perk_cover_papers FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_cover_papers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON perk_cover_papers FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (key_sealed, content) ON perk_cover_papers TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON perk_cover_papers TO suxin_batch',
    'ALTER TABLE perk_cover_recoveries ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_cover_recoveries FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON perk_cover_recoveries FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY reported ON perk_cover_recoveries FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY overseen ON perk_cover_recoveries FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY confirmed ON perk_cover_recoveries FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_cover_recoveries FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, confirmed_by, confirmed_at, arrived_on, reference) ON perk_cover_recoveries TO suxin_app',
    "CREATE TRIGGER perk_cover_recoveries_begins BEFORE INSERT ON perk_cover_recoveries FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONFIRMED', 'client'), ('CONFIRMED', 'staff'), ('REPORTED', 'client'), ('REPORTED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_cover_recoveries_step BEFORE UPDATE OF state ON perk_cover_recoveries FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('REPORTED', 'CONFIRMED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE perk_covers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_covers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON perk_covers FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY opened ON perk_covers FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY closed ON perk_covers FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON perk_covers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (closed_at) ON perk_covers TO suxin_app',
    'ALTER TABLE perk_handles ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_handles FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON perk_handles FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY named ON perk_handles FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    'GRANT SELECT, INSERT ON perk_handles TO suxin_app',
    'ALTER TABLE perk_limit_parties ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_limit_parties FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON perk_limit_parties FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON perk_limit_parties FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON perk_limit_parties TO suxin_app',
    'ALTER TABLE perk_limits ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_limits FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON perk_limits FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY proposed ON perk_limits FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY ended_by_merchant ON perk_limits FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and state = 'ENDED')",
    "CREATE POLICY concerned ON perk_limits FOR SELECT TO suxin_app USING (exists (select 1 from perk_limit_parties p where p.tenant_id = perk_limits.tenant_id and p.limit_id = perk_limits.id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY contested ON perk_limits FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and exists (select 1 from perk_limit_parties p where p.tenant_id = perk_limits.tenant_id and p.limit_id = perk_limits.id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'subject' and exists (select 1 from perk_limit_parties p where p.tenant_id = perk_limits.tenant_id and p.limit_id = perk_limits.id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)) and state in ('NOTICED', 'CONTESTED'))",
    "CREATE POLICY overseen ON perk_limits FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY decided ON perk_limits FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_limits FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, noticed_at, object_until, contested_at, effective_at, ends_on, ended_at, end_reason) ON perk_limits TO suxin_app',
    "CREATE TRIGGER perk_limits_begins BEFORE INSERT ON perk_limits FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'client'), ('PROPOSED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_limits_step BEFORE UPDATE OF state ON perk_limits FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONTESTED', 'ENDED', 'client'), ('CONTESTED', 'ENDED', 'staff'), ('CONTESTED', 'ENDED', 'system'), ('CONTESTED', 'LIFTED', 'operator'), ('CONTESTED', 'LIFTED', 'system'), ('CONTESTED', 'NOTICED', 'operator'), ('CONTESTED', 'NOTICED', 'subject'), ('CONTESTED', 'NOTICED', 'system'), ('EFFECTIVE', 'ENDED', 'client'), ('EFFECTIVE', 'ENDED', 'staff'), ('EFFECTIVE', 'ENDED', 'system'), ('NOTICED', 'CONTESTED', 'subject'), ('NOTICED', 'EFFECTIVE', 'system'), ('NOTICED', 'ENDED', 'client'), ('NOTICED', 'ENDED', 'staff'), ('NOTICED', 'ENDED', 'system'), ('PROPOSED', 'ENDED', 'client'), ('PROPOSED', 'ENDED', 'staff'), ('PROPOSED', 'ENDED', 'system'), ('PROPOSED', 'NOTICED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE perk_months ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_months FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON perk_months FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_months FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON perk_months TO suxin_app',
    'ALTER TABLE perk_programmes ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_programmes FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON perk_programmes FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON perk_programmes FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (published_at is not null))",
    "CREATE POLICY seen_by_operator ON perk_programmes FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and (state <> 'DRAFT' or submitted_at is not null))",
    "CREATE POLICY decided_by_operator ON perk_programmes FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and (state <> 'DRAFT' or submitted_at is not null)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_programmes FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON perk_programmes FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE ON perk_programmes TO suxin_app',
    'GRANT SELECT ON perk_programmes TO suxin_batch',
    "CREATE TRIGGER perk_programmes_begins BEFORE INSERT ON perk_programmes FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'client'), ('DRAFT', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_programmes_step BEFORE UPDATE OF state ON perk_programmes FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'ENDED', 'client'), ('DRAFT', 'ENDED', 'staff'), ('DRAFT', 'ENDED', 'system'), ('DRAFT', 'PUBLISHED', 'client'), ('DRAFT', 'PUBLISHED', 'staff'), ('DRAFT', 'SUBMITTED', 'client'), ('DRAFT', 'SUBMITTED', 'staff'), ('PUBLISHED', 'ENDED', 'client'), ('PUBLISHED', 'ENDED', 'staff'), ('PUBLISHED', 'ENDED', 'system'), ('PUBLISHED', 'SUSPENDED', 'client'), ('PUBLISHED', 'SUSPENDED', 'operator'), ('PUBLISHED', 'SUSPENDED', 'staff'), ('SUBMITTED', 'DRAFT', 'client'), ('SUBMITTED', 'DRAFT', 'operator'), ('SUBMITTED', 'DRAFT', 'staff'), ('SUBMITTED', 'ENDED', 'client'), ('SUBMITTED', 'ENDED', 'staff'), ('SUBMITTED', 'ENDED', 'system'), ('SUBMITTED', 'PUBLISHED', 'operator'), ('SUSPENDED', 'ENDED', 'client'), ('SUSPENDED', 'ENDED', 'staff'), ('SUSPENDED', 'ENDED', 'system'), ('SUSPENDED', 'PUBLISHED', 'client'), ('SUSPENDED', 'PUBLISHED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE perk_redeemers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_redeemers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON perk_redeemers FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY redeemed ON perk_redeemers FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON perk_redeemers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON perk_redeemers FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON perk_redeemers TO suxin_app',
    'GRANT SELECT ON perk_redeemers TO suxin_batch',
    'ALTER TABLE perk_redemptions ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_redemptions FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON perk_redemptions FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY redeemer ON perk_redemptions FOR SELECT TO suxin_app USING (exists (select 1 from perk_redeemers r where r.tenant_id = perk_redemptions.tenant_id and r.redemption_id = perk_redemptions.id and r.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY system ON perk_redemptions FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON perk_redemptions FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, uses, used_value_fen, stock_hold_id, budget_hold_id, granted_at, use_by, ended_at, reason) ON perk_redemptions TO suxin_app',
    'GRANT SELECT ON perk_redemptions TO suxin_batch',
    "CREATE TRIGGER perk_redemptions_begins BEFORE INSERT ON perk_redemptions FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('COMPLETED', 'client'), ('COMPLETED', 'staff'), ('HELD', 'client'), ('HELD', 'staff'), ('HELD', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_redemptions_step BEFORE UPDATE OF state ON perk_redemptions FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('GRANTED', 'COMPLETED', 'client'), ('GRANTED', 'COMPLETED', 'staff'), ('GRANTED', 'COMPLETED', 'system'), ('GRANTED', 'EXPIRED', 'system'), ('GRANTED', 'ROLLED_BACK', 'client'), ('GRANTED', 'ROLLED_BACK', 'staff'), ('GRANTED', 'ROLLED_BACK', 'subject'), ('HELD', 'EXPIRED', 'system'), ('HELD', 'GRANTED', 'client'), ('HELD', 'GRANTED', 'staff'), ('HELD', 'GRANTED', 'subject'), ('HELD', 'ROLLED_BACK', 'client'), ('HELD', 'ROLLED_BACK', 'staff'), ('HELD', 'ROLLED_BACK', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE perk_settlement_lines ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_settlement_lines FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON perk_settlement_lines FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY overseen ON perk_settlement_lines FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_settlement_lines FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON perk_settlement_lines FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON perk_settlement_lines TO suxin_app',
    'GRANT SELECT, INSERT ON perk_settlement_lines TO suxin_batch',
    'ALTER TABLE perk_settlements ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_settlements FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON perk_settlements FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY answered_by_merchant ON perk_settlements FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and state in ('CONFIRMED', 'DISPUTED'))",
    "CREATE POLICY overseen ON perk_settlements FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY decided ON perk_settlements FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON perk_settlements FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON perk_settlements FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, confirmed_by, confirmed_at, reason, answer, first_by, first_at, approved_by, approved_at, paid_by, paid_on, reference) ON perk_settlements TO suxin_app',
    'GRANT SELECT, INSERT ON perk_settlements TO suxin_batch',
    "CREATE TRIGGER perk_settlements_begins BEFORE INSERT ON perk_settlements FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAWN_UP', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_settlements_step BEFORE UPDATE OF state ON perk_settlements FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPROVED', 'PAID', 'operator'), ('CONFIRMED', 'APPROVED', 'operator'), ('DISPUTED', 'DRAWN_UP', 'operator'), ('DRAWN_UP', 'CONFIRMED', 'client'), ('DRAWN_UP', 'CONFIRMED', 'staff'), ('DRAWN_UP', 'DISPUTED', 'client'), ('DRAWN_UP', 'DISPUTED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE perk_ticket_spends ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_ticket_spends FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON perk_ticket_spends FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'GRANT SELECT, INSERT ON perk_ticket_spends TO suxin_app',
    'ALTER TABLE perk_tickets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE perk_tickets FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON perk_tickets FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY holder ON perk_tickets FOR SELECT TO suxin_app USING (exists (select 1 from perk_redeemers r where r.tenant_id = perk_tickets.tenant_id and r.redemption_id = perk_tickets.redemption_id and r.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY system ON perk_tickets FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, used, last_used_at, ended_at, reason) ON perk_tickets TO suxin_app',
    "CREATE TRIGGER perk_tickets_begins BEFORE INSERT ON perk_tickets FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ISSUED', 'client'), ('ISSUED', 'staff'), ('ISSUED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER perk_tickets_step BEFORE UPDATE OF state ON perk_tickets FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ISSUED', 'CANCELLED', 'client'), ('ISSUED', 'CANCELLED', 'staff'), ('ISSUED', 'CANCELLED', 'subject'), ('ISSUED', 'EXPIRED', 'system'), ('ISSUED', 'PART_USED', 'client'), ('ISSUED', 'PART_USED', 'staff'), ('ISSUED', 'USED', 'client'), ('ISSUED', 'USED', 'staff'), ('PART_USED', 'EXPIRED', 'system'), ('PART_USED', 'USED', 'client'), ('PART_USED', 'USED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE person_identities ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE person_identities FORCE ROW LEVEL SECURITY',
    "CREATE POLICY acting_person ON person_identities FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY with_basis ON person_identities FOR SELECT TO suxin_app USING (exists (select 1 from access_bases b where (b.subject_id = person_identities.subject_id or b.person_id = person_identities.subject_id) and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'identity' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid))))",
    "CREATE POLICY system ON person_identities FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON person_identities FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON person_identities TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON person_identities TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON phone_codes TO suxin_doorway',
    'GRANT SELECT ON phone_codes TO suxin_batch',
    'ALTER TABLE pool_agreements ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_agreements FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_agreements FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY offered_bank ON pool_agreements FOR SELECT TO suxin_app USING (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and second_signed_at is not null)",
    "CREATE POLICY answering_bank ON pool_agreements FOR UPDATE TO suxin_app USING (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and second_signed_at is not null) WITH CHECK (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and second_signed_at is not null)",
    "CREATE POLICY offered_guarantor ON pool_agreements FOR SELECT TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and second_signed_at is not null)",
    "CREATE POLICY answering_guarantor ON pool_agreements FOR UPDATE TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and second_signed_at is not null) WITH CHECK (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and second_signed_at is not null)",
    'CREATE POLICY batch ON pool_agreements FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON pool_agreements FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, first_signed_by, first_signed_at, second_signed_by, second_signed_at, quota_account_id, answered_by, answered_at, guarantor_answered_by, guarantor_answered_at, ended_at, end_note) ON pool_agreements TO suxin_app',
    'GRANT SELECT ON pool_agreements TO suxin_batch',
    "CREATE TRIGGER pool_agreements_begins BEFORE INSERT ON pool_agreements FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_agreements_step BEFORE UPDATE OF state ON pool_agreements FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'SIGNED_ONCE', 'operator'), ('DRAFT', 'WITHDRAWN', 'operator'), ('IN_FORCE', 'ENDED', 'client'), ('IN_FORCE', 'ENDED', 'operator'), ('IN_FORCE', 'ENDED', 'staff'), ('IN_FORCE', 'ENDED', 'system'), ('SIGNED', 'DECLINED', 'client'), ('SIGNED', 'DECLINED', 'staff'), ('SIGNED', 'IN_FORCE', 'client'), ('SIGNED', 'IN_FORCE', 'staff'), ('SIGNED', 'WITHDRAWN', 'operator'), ('SIGNED_ONCE', 'SIGNED', 'operator'), ('SIGNED_ONCE', 'WITHDRAWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE pool_claims ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_claims FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_claims FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY pool_keeper ON pool_claims FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and submitted_at is not null)",
    "CREATE POLICY decided_by_keeper ON pool_claims FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and submitted_at is not null) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and submitted_at is not null)",
    "CREATE POLICY claims_guarantor ON pool_claims FOR SELECT TO suxin_app USING (guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and submitted_at is not null and guarantor_fen > 0)",
    "CREATE POLICY compensated_borrower ON pool_claims FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and paid_at is not null)",
    "CREATE POLICY system ON pool_claims FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, round, principal_fen, interest_fen, deposit_fen, loss_fen, pool_fen, bank_fen, guarantor_fen, guarantor_id, guarantor_paid_fen, unmet_fen, limited_by, overdue_since, overdue_days, trigger_days_left, terms, dossier, gaps, worked_out_at, submitted_at, submitted_by, checked_at, checked_by, note, payment_id, first_approved_by, second_approved_by, approved_at, paid_at, received_fen, cost_fen, ending, ending_reason, ending_asked_at, ending_asked_by, ending_by, ended_at) ON pool_claims TO suxin_app',
    "CREATE TRIGGER pool_claims_begins BEFORE INSERT ON pool_claims FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'client'), ('DRAFT', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_claims_step BEFORE UPDATE OF state ON pool_claims FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPROVED', 'PAID', 'operator'), ('APPROVED', 'PAID', 'system'), ('DRAFT', 'SUBMITTED', 'client'), ('DRAFT', 'SUBMITTED', 'staff'), ('DRAFT', 'WITHDRAWN', 'client'), ('DRAFT', 'WITHDRAWN', 'staff'), ('MATERIAL_CHECK', 'RETURNED', 'operator'), ('MATERIAL_CHECK', 'REVIEW', 'operator'), ('PAID', 'CLOSED', 'client'), ('PAID', 'CLOSED', 'operator'), ('PAID', 'CLOSED', 'staff'), ('PAID', 'CLOSED', 'system'), ('PAID', 'RECOVERING', 'client'), ('PAID', 'RECOVERING', 'staff'), ('PAID', 'RETURNED', 'operator'), ('PAID', 'WRITTEN_OFF', 'operator'), ('RECOVERING', 'CLOSED', 'client'), ('RECOVERING', 'CLOSED', 'operator'), ('RECOVERING', 'CLOSED', 'staff'), ('RECOVERING', 'CLOSED', 'system'), ('RECOVERING', 'WRITTEN_OFF', 'operator'), ('RETURNED', 'SUBMITTED', 'client'), ('RETURNED', 'SUBMITTED', 'staff'), ('RETURNED', 'WITHDRAWN', 'client'), ('RETURNED', 'WITHDRAWN', 'staff'), ('REVIEW', 'APPROVED', 'operator'), ('REVIEW', 'REJECTED', 'operator'), ('REVIEW', 'RETURNED', 'operator'), ('SUBMITTED', 'MATERIAL_CHECK', 'operator'), ('SUBMITTED', 'WITHDRAWN', 'client'), ('SUBMITTED', 'WITHDRAWN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE pool_collection_files ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_collection_files FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_collection_files FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY collected_from ON pool_collection_files FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON pool_collection_files FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON pool_collection_files FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON pool_collection_files TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON pool_collection_files TO suxin_batch',
    'ALTER TABLE pool_collections ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_collections FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_collections FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY collected_from ON pool_collections FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON pool_collections FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON pool_collections TO suxin_app',
    'ALTER TABLE pool_filings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_filings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_filings FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON pool_filings FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY pool_keeper ON pool_filings FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY released_by_keeper ON pool_filings FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY batch ON pool_filings FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON pool_filings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, committed_fen, released_at, release) ON pool_filings TO suxin_app',
    'GRANT SELECT ON pool_filings TO suxin_batch',
    "CREATE TRIGGER pool_filings_begins BEFORE INSERT ON pool_filings FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('FILED', 'client'), ('FILED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_filings_step BEFORE UPDATE OF state ON pool_filings FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('FILED', 'RELEASED', 'operator'), ('FILED', 'RELEASED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE pool_fundings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_fundings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_fundings FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON pool_fundings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, settled_at, settled_by, statement_line_id, note) ON pool_fundings TO suxin_app',
    "CREATE TRIGGER pool_fundings_begins BEFORE INSERT ON pool_fundings FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('RECORDED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_fundings_step BEFORE UPDATE OF state ON pool_fundings FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('RECORDED', 'CONFIRMED', 'operator'), ('RECORDED', 'CONFIRMED', 'system'), ('RECORDED', 'REJECTED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE pool_partners ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_partners FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_partners FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON pool_partners FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (pledged_fen, share_bps, due_on, late_told) ON pool_partners TO suxin_app',
    'ALTER TABLE pool_payments ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_payments FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_payments FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY paid_bank ON pool_payments FOR SELECT TO suxin_app USING (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and issued_at is not null)",
    "CREATE POLICY system ON pool_payments FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY approves_himself ON pool_payments AS RESTRICTIVE FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system' or first_approved_by = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    'GRANT SELECT, INSERT, UPDATE (state, letter_year, letter_sequence, second_place, second_approved_by, second_shown_at, issued_at, line_id, paid_on, settled_at, reversed_by, reversal_line_id) ON pool_payments TO suxin_app',
    "CREATE TRIGGER pool_payments_begins BEFORE INSERT ON pool_payments FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('HELD', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_payments_step BEFORE UPDATE OF state ON pool_payments FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('HELD', 'DROPPED', 'operator'), ('HELD', 'ISSUED', 'operator'), ('ISSUED', 'PAID', 'operator'), ('ISSUED', 'PAID', 'system'), ('PAID', 'REVERSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_payments_approves_himself BEFORE UPDATE ON pool_payments FOR EACH ROW WHEN ((OLD.second_approved_by IS DISTINCT FROM NEW.second_approved_by AND (OLD.second_approved_by IS NOT NULL OR NEW.second_approved_by IS DISTINCT FROM nullif(current_setting('app.staff_id', true), '')::uuid)) OR (OLD.reversed_by IS DISTINCT FROM NEW.reversed_by AND (OLD.reversed_by IS NOT NULL OR NEW.reversed_by IS DISTINCT FROM nullif(current_setting('app.staff_id', true), '')::uuid))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE pool_recoveries ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_recoveries FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_recoveries FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY pool_keeper ON pool_recoveries FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY confirmed_by_keeper ON pool_recoveries FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and operator_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY recovered_from ON pool_recoveries FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON pool_recoveries FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, line_id, confirmed_at) ON pool_recoveries TO suxin_app',
    "CREATE TRIGGER pool_recoveries_begins BEFORE INSERT ON pool_recoveries FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONFIRMED', 'client'), ('CONFIRMED', 'staff'), ('REPORTED', 'client'), ('REPORTED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER pool_recoveries_step BEFORE UPDATE OF state ON pool_recoveries FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('REPORTED', 'CONFIRMED', 'operator'), ('REPORTED', 'CONFIRMED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE pool_stop_loss_changes ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_stop_loss_changes FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_stop_loss_changes FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY suspended_bank ON pool_stop_loss_changes FOR SELECT TO suxin_app USING (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON pool_stop_loss_changes FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON pool_stop_loss_changes TO suxin_app',
    'ALTER TABLE pool_stop_losses ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE pool_stop_losses FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON pool_stop_losses FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY suspended_bank ON pool_stop_losses FOR SELECT TO suxin_app USING (bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY batch ON pool_stop_losses FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON pool_stop_losses FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, year, compensated_fen, balance_fen, opening_fen, days_fen, days, counted_on, lift_asked_by, lift_asked_at, lift_reason, lifted_compensated_fen, lifted_balance_fen) ON pool_stop_losses TO suxin_app',
    'GRANT SELECT, UPDATE ON pool_stop_losses TO suxin_batch',
    'ALTER TABLE population_cells ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE population_cells FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON population_cells FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    'CREATE POLICY batch ON population_cells FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE ON population_cells TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON population_cells TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON presentation_passes TO suxin_doorway',
    'ALTER TABLE product_branches ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE product_branches FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON product_branches FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON product_branches TO suxin_app',
    'ALTER TABLE product_replays ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE product_replays FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON product_replays FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON product_replays FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, figures, done_at) ON product_replays TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON provider_flows TO suxin_doorway',
    'ALTER TABLE public_cautions ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE public_cautions FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON public_cautions FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (state = 'PUBLISHED' and expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY operator ON public_cautions FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY filed ON public_cautions FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY moved_on ON public_cautions FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON public_cautions FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, answer, taken_down_by, taken_down_at, taken_down_reason) ON public_cautions TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON public_cautions TO suxin_batch',
    "CREATE TRIGGER public_cautions_begins BEFORE INSERT ON public_cautions FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER public_cautions_step BEFORE UPDATE OF state ON public_cautions FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'PUBLISHED', 'operator'), ('PROPOSED', 'REJECTED', 'operator'), ('PROPOSED', 'WITHDRAWN', 'operator'), ('PUBLISHED', 'TAKEN_DOWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE published_arrangements ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE published_arrangements FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON published_arrangements FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY operator ON published_arrangements FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON published_arrangements FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE ON published_arrangements TO suxin_app',
    'GRANT SELECT ON published_arrangements TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON pushed_requests TO suxin_doorway',
    'ALTER TABLE quotas ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE quotas FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON quotas FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON quotas FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'GRANT SELECT, INSERT, UPDATE ON quotas TO suxin_app',
    'ALTER TABLE reckoned_days ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE reckoned_days FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON reckoned_days FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON reckoned_days FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (closing_fen, book_fen, missing_here, missing_here_fen, missing_there, missing_there_fen, amount_differs, amount_differs_fen, set_aside, set_aside_fen, waiting, waiting_fen, told, told_fen, reckoned_at) ON reckoned_days TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON recovery_codes TO suxin_doorway',
    'ALTER TABLE referral_messages ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE referral_messages FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON referral_messages FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY applicant_writes ON referral_messages FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and author = 'applicant')",
    "CREATE POLICY applicant_marks ON referral_messages FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY bank_with_basis ON referral_messages FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.subject_id = referral_messages.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = referral_messages.request_id))",
    "CREATE POLICY bank_writes ON referral_messages FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.subject_id = referral_messages.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = referral_messages.request_id) and author = 'bank')",
    "CREATE POLICY bank_marks ON referral_messages FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.subject_id = referral_messages.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = referral_messages.request_id)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and exists (select 1 from access_bases b where b.subject_id = referral_messages.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'loan_request' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid)) and b.context_id = referral_messages.request_id))",
    "CREATE POLICY system ON referral_messages FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (text, read_at, erased_at) ON referral_messages TO suxin_app',
    'ALTER TABLE referrals ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE referrals FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON referrals FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON referrals FOR SELECT TO suxin_app USING (exists (select 1 from lead_parties p where p.lead_id = referrals.lead_id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY dispatcher ON referrals FOR INSERT TO suxin_app WITH CHECK (exists (select 1 from lead_parties p where p.lead_id = referrals.lead_id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    'CREATE POLICY batch ON referrals FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY operator ON referrals FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and not exists (select 1 from tenants t where t.id = referrals.tenant_id and t.sandbox))",
    "CREATE POLICY decider ON referrals FOR UPDATE TO suxin_app USING (exists (select 1 from lead_parties p where p.lead_id = referrals.lead_id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))) WITH CHECK (exists (select 1 from lead_parties p where p.lead_id = referrals.lead_id and p.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY system ON referrals FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE ON referrals TO suxin_app',
    'GRANT SELECT ON referrals TO suxin_batch',
    "CREATE TRIGGER referrals_begins BEFORE INSERT ON referrals FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACCEPTED', 'client'), ('ACCEPTED', 'staff'), ('DISPATCHED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER referrals_step BEFORE UPDATE OF state ON referrals FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACCEPTED', 'CONTACTED', 'client'), ('ACCEPTED', 'CONTACTED', 'staff'), ('ACCEPTED', 'DECLINED', 'client'), ('ACCEPTED', 'DECLINED', 'staff'), ('ACCEPTED', 'LAPSED', 'system'), ('ACCEPTED', 'OFFERED', 'client'), ('ACCEPTED', 'OFFERED', 'staff'), ('ACCEPTED', 'PASSED', 'subject'), ('ACCEPTED', 'PASSED', 'system'), ('CONTACTED', 'DECLINED', 'client'), ('CONTACTED', 'DECLINED', 'staff'), ('CONTACTED', 'DUE_DILIGENCE', 'client'), ('CONTACTED', 'DUE_DILIGENCE', 'staff'), ('CONTACTED', 'LAPSED', 'system'), ('CONTACTED', 'OFFERED', 'client'), ('CONTACTED', 'OFFERED', 'staff'), ('CONTACTED', 'PASSED', 'subject'), ('CONTACTED', 'PASSED', 'system'), ('DISPATCHED', 'ACCEPTED', 'client'), ('DISPATCHED', 'ACCEPTED', 'staff'), ('DISPATCHED', 'DECLINED', 'client'), ('DISPATCHED', 'DECLINED', 'staff'), ('DISPATCHED', 'LAPSED', 'system'), ('DISPATCHED', 'PASSED', 'subject'), ('DISPATCHED', 'PASSED', 'system'), ('DUE_DILIGENCE', 'DECLINED', 'client'), ('DUE_DILIGENCE', 'DECLINED', 'staff'), ('DUE_DILIGENCE', 'LAPSED', 'system'), ('DUE_DILIGENCE', 'OFFERED', 'client'), ('DUE_DILIGENCE', 'OFFERED', 'staff'), ('DUE_DILIGENCE', 'PASSED', 'subject'), ('DUE_DILIGENCE', 'PASSED', 'system'), ('OFFERED', 'DUE_DILIGENCE', 'client'), ('OFFERED', 'DUE_DILIGENCE', 'staff'), ('OFFERED', 'PASSED', 'subject'), ('OFFERED', 'PASSED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON refresh_tokens TO suxin_doorway',
    'ALTER TABLE register_imports ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE register_imports FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON register_imports FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY batch ON register_imports FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON register_imports TO suxin_app',
    'ALTER TABLE renewal_proposals ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE renewal_proposals FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON renewal_proposals FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON renewal_proposals FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON renewal_proposals FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, answer, told_state) ON renewal_proposals TO suxin_app',
    "CREATE TRIGGER renewal_proposals_begins BEFORE INSERT ON renewal_proposals FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER renewal_proposals_step BEFORE UPDATE OF state ON renewal_proposals FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'AGREED', 'client'), ('PROPOSED', 'AGREED', 'staff'), ('PROPOSED', 'DECLINED', 'client'), ('PROPOSED', 'DECLINED', 'staff'), ('PROPOSED', 'LAPSED', 'system'), ('PROPOSED', 'WITHDRAWN', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE repair_applications ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE repair_applications FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON repair_applications FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY filed ON repair_applications FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY own ON repair_applications FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY operator ON repair_applications FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON repair_applications FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON repair_applications FOR SELECT TO suxin_batch USING (true)',
    "CREATE POLICY kept_long_enough ON repair_applications AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and not (state in ('FILED', 'RELAYED', 'ACCEPTED', 'RETURNED')) and ended_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) - interval '1096 days')",
    'GRANT SELECT, INSERT, UPDATE (statement, round, state, clock, clock_from, due_at, due_provisional, late_clock, late_at, receipt_no, relayed_at, asked_at, reason, decided_at, applied_at, copies, ended_at), DELETE ON repair_applications TO suxin_app',
    'GRANT SELECT ON repair_applications TO suxin_batch',
    "CREATE TRIGGER repair_applications_begins BEFORE INSERT ON repair_applications FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('FILED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER repair_applications_step BEFORE UPDATE OF state ON repair_applications FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACCEPTED', 'REFUSED', 'system'), ('ACCEPTED', 'REPAIRED', 'system'), ('ACCEPTED', 'RETURNED', 'system'), ('FILED', 'NOT_ACCEPTED', 'system'), ('FILED', 'RELAYED', 'system'), ('FILED', 'WITHDRAWN', 'subject'), ('RELAYED', 'ACCEPTED', 'system'), ('RELAYED', 'NOT_ACCEPTED', 'system'), ('RELAYED', 'REFUSED', 'system'), ('RELAYED', 'REPAIRED', 'system'), ('RELAYED', 'RETURNED', 'system'), ('RETURNED', 'FILED', 'subject'), ('RETURNED', 'WITHDRAWN', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE repair_documents ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE repair_documents FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON repair_documents FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY put_down ON repair_documents FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and application_id is null)",
    "CREATE POLICY attached ON repair_documents FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY system ON repair_documents FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON repair_documents FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (application_id, sent_at, key_sealed, content), DELETE ON repair_documents TO suxin_app',
    'GRANT SELECT, UPDATE (key_sealed) ON repair_documents TO suxin_batch',
    'ALTER TABLE repayment_files ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE repayment_files FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON repayment_files FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON repayment_files FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON repayment_files TO suxin_app',
    'ALTER TABLE replay_counts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE replay_counts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY system ON replay_counts FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON replay_counts TO suxin_app',
    'ALTER TABLE review_cases ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE review_cases FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON review_cases FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY filed_by_subject ON review_cases FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and filed_by = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY moved_by_subject ON review_cases FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY office ON review_cases FOR SELECT TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY filed_by_office ON review_cases FOR INSERT TO suxin_app WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and filed_by = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY moved_by_office ON review_cases FOR UPDATE TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON review_cases FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY kept_long_enough ON review_cases AS RESTRICTIVE FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and state in ('EFFECTIVE', 'WITHDRAWN', 'LAPSED') and ended_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) - interval '1096 days')",
    'CREATE POLICY batch ON review_cases FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, round, wanted, reason, missing, accepted_at, clock, clock_from, clock_days, due_at, due_provisional, late_at, extended_at, extension_reason, decision_number, decided_by, checked_by, outcome, answer, terms, noticed_at, appealed_at, appeal_reason, ended_at), DELETE ON review_cases TO suxin_app',
    'GRANT SELECT ON review_cases TO suxin_batch',
    "CREATE TRIGGER review_cases_begins BEFORE INSERT ON review_cases FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('SUBMITTED', 'client'), ('SUBMITTED', 'operator'), ('SUBMITTED', 'staff'), ('SUBMITTED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER review_cases_step BEFORE UPDATE OF state ON review_cases FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACCEPTED', 'DECIDED', 'client'), ('ACCEPTED', 'DECIDED', 'operator'), ('ACCEPTED', 'DECIDED', 'staff'), ('ACCEPTED', 'WITHDRAWN', 'client'), ('ACCEPTED', 'WITHDRAWN', 'operator'), ('ACCEPTED', 'WITHDRAWN', 'staff'), ('ACCEPTED', 'WITHDRAWN', 'subject'), ('APPEALED', 'DECIDED', 'client'), ('APPEALED', 'DECIDED', 'operator'), ('APPEALED', 'DECIDED', 'staff'), ('APPEALED', 'WITHDRAWN', 'client'), ('APPEALED', 'WITHDRAWN', 'operator'), ('APPEALED', 'WITHDRAWN', 'staff'), ('APPEALED', 'WITHDRAWN', 'subject'), ('DECIDED', 'ACCEPTED', 'client'), ('DECIDED', 'ACCEPTED', 'operator'), ('DECIDED', 'ACCEPTED', 'staff'), ('DECIDED', 'APPEALED', 'client'), ('DECIDED', 'APPEALED', 'operator'), ('DECIDED', 'APPEALED', 'staff'), ('DECIDED', 'NOTICED', 'client'), ('DECIDED', 'NOTICED', 'operator'), ('DECIDED', 'NOTICED', 'staff'), ('DECIDED', 'WITHDRAWN', 'client'), ('DECIDED', 'WITHDRAWN', 'operator'), ('DECIDED', 'WITHDRAWN', 'staff'), ('DECIDED', 'WITHDRAWN', 'subject'), ('NOTICED', 'APPEALED', 'client'), ('NOTICED', 'APPEALED', 'operator'), ('NOTICED', 'APPEALED', 'staff'), ('NOTICED', 'APPEALED', 'subject'), ('NOTICED', 'EFFECTIVE', 'client'), ('NOTICED', 'EFFECTIVE', 'operator'), ('NOTICED', 'EFFECTIVE', 'staff'), ('NOTICED', 'EFFECTIVE', 'system'), ('RETURNED', 'LAPSED', 'system'), ('RETURNED', 'SUBMITTED', 'client'), ('RETURNED', 'SUBMITTED', 'operator'), ('RETURNED', 'SUBMITTED', 'staff'), ('RETURNED', 'SUBMITTED', 'subject'), ('RETURNED', 'WITHDRAWN', 'client'), ('RETURNED', 'WITHDRAWN', 'operator'), ('RETURNED', 'WITHDRAWN', 'staff'), ('RETURNED', 'WITHDRAWN', 'subject'), ('SUBMITTED', 'ACCEPTED', 'client'), ('SUBMITTED', 'ACCEPTED', 'operator'), ('SUBMITTED', 'ACCEPTED', 'staff'), ('SUBMITTED', 'DECIDED', 'client'), ('SUBMITTED', 'DECIDED', 'operator'), ('SUBMITTED', 'DECIDED', 'staff'), ('SUBMITTED', 'RETURNED', 'client'), ('SUBMITTED', 'RETURNED', 'operator'), ('SUBMITTED', 'RETURNED', 'staff'), ('SUBMITTED', 'WITHDRAWN', 'client'), ('SUBMITTED', 'WITHDRAWN', 'operator'), ('SUBMITTED', 'WITHDRAWN', 'staff'), ('SUBMITTED', 'WITHDRAWN', 'subject'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE review_decisions ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE review_decisions FORCE ROW LEVEL SECURITY',
    "CREATE POLICY told_subject ON review_decisions FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and upheld_by is not null)",
    "CREATE POLICY office ON review_decisions FOR SELECT TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY decided ON review_decisions FOR INSERT TO suxin_app WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and decided_by = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY checked ON review_decisions FOR UPDATE TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and checked_by is null) WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and checked_by = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY platform ON review_decisions FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY kept_with_case ON review_decisions FOR DELETE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system' and not exists (select 1 from review_cases c where c.subject_id = review_decisions.subject_id and c.id = review_decisions.case_id))",
    'GRANT SELECT, INSERT, UPDATE (checked_by, upheld_by, check_reason, checked_at), DELETE ON review_decisions TO suxin_app',
    'ALTER TABLE risk_pools ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE risk_pools FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON risk_pools FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY agreeing_bank ON risk_pools FOR SELECT TO suxin_app USING (exists (select 1 from pool_agreements a where a.tenant_id = risk_pools.tenant_id and a.pool_id = risk_pools.id and a.bank_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)))",
    "CREATE POLICY agreeing_guarantor ON risk_pools FOR SELECT TO suxin_app USING (exists (select 1 from pool_agreements a where a.tenant_id = risk_pools.tenant_id and a.pool_id = risk_pools.id and a.guarantor_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)))",
    "CREATE POLICY filed_borrower ON risk_pools FOR SELECT TO suxin_app USING (exists (select 1 from pool_filings f where f.pool_id = risk_pools.id and f.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    'CREATE POLICY batch ON risk_pools FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    "CREATE POLICY system ON risk_pools FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (name, custodian, account_sealed, account_mask, multiple, required_fen, state, closed_at, low_told, capacity_told_bps) ON risk_pools TO suxin_app',
    'GRANT SELECT, UPDATE ON risk_pools TO suxin_batch',
    "CREATE TRIGGER risk_pools_begins BEFORE INSERT ON risk_pools FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER risk_pools_step BEFORE UPDATE OF state ON risk_pools FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'PAUSED', 'operator'), ('PAUSED', 'CLOSED', 'operator'), ('PAUSED', 'OPEN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE rural_area_counts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_area_counts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON rural_area_counts FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY own_village ON rural_area_counts FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY bank ON rural_area_counts FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'bank' and level <> 'village')",
    'CREATE POLICY batch ON rural_area_counts FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON rural_area_counts TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_area_counts TO suxin_batch',
    'ALTER TABLE rural_ballots ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_ballots FORCE ROW LEVEL SECURITY',
    "CREATE POLICY own_village ON rural_ballots FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY himself ON rural_ballots FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and staff_id = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY system ON rural_ballots FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_ballots FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON rural_ballots TO suxin_app',
    'GRANT SELECT, INSERT, DELETE ON rural_ballots TO suxin_batch',
    'ALTER TABLE rural_certificates ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_certificates FORCE ROW LEVEL SECURITY',
    "CREATE POLICY anybody ON rural_certificates FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null)",
    "CREATE POLICY system ON rural_certificates FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_certificates FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, UPDATE (ended_at) ON rural_certificates TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_certificates TO suxin_batch',
    'ALTER TABLE rural_cycles ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_cycles FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON rural_cycles FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON rural_cycles FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY system ON rural_cycles FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_cycles FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, as_of, entries, closed_by, closed_at, checked_by, noticed_at, notice_ends_at, notice_provisional, ended_at, ended_reason) ON rural_cycles TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON rural_cycles TO suxin_batch',
    "CREATE TRIGGER rural_cycles_begins BEFORE INSERT ON rural_cycles FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OPEN', 'client'), ('OPEN', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER rural_cycles_step BEFORE UPDATE OF state ON rural_cycles FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('COMBINING', 'CALLED_OFF', 'client'), ('COMBINING', 'CALLED_OFF', 'staff'), ('COMBINING', 'REVIEW', 'system'), ('NOTICED', 'CALLED_OFF', 'client'), ('NOTICED', 'CALLED_OFF', 'staff'), ('NOTICED', 'EFFECTIVE', 'system'), ('OPEN', 'CALLED_OFF', 'client'), ('OPEN', 'CALLED_OFF', 'staff'), ('OPEN', 'VOTING', 'client'), ('OPEN', 'VOTING', 'staff'), ('REVIEW', 'CALLED_OFF', 'client'), ('REVIEW', 'CALLED_OFF', 'staff'), ('REVIEW', 'NOTICED', 'client'), ('REVIEW', 'NOTICED', 'staff'), ('VOTING', 'CALLED_OFF', 'client'), ('VOTING', 'CALLED_OFF', 'staff'), ('VOTING', 'COMBINING', 'client'), ('VOTING', 'COMBINING', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE rural_entries ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_entries FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON rural_entries FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON rural_entries FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY entered ON rural_entries FOR INSERT TO suxin_app WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY by_itself ON rural_entries FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject')",
    "CREATE POLICY contested ON rural_entries FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and state in ('FROZEN', 'RATED', 'REOPENED') and appealed_at is not null)",
    "CREATE POLICY settled ON rural_entries FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and appealed_at is not null) WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and appealed_at is not null)",
    "CREATE POLICY system ON rural_entries FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_entries FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, number, label, publish_name, proposed_by, proposed_at, reason, decided_by, decided_at, tier, place, tier_before, appealed_at, told) ON rural_entries TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_entries TO suxin_batch',
    "CREATE TRIGGER rural_entries_begins BEFORE INSERT ON rural_entries FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONSENTED', 'subject'), ('ENTERED', 'subject'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER rural_entries_step BEFORE UPDATE OF state ON rural_entries FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('CONSENTED', 'LEFT', 'subject'), ('CONSENTED', 'LEFT', 'system'), ('CONSENTED', 'PROPOSED', 'client'), ('CONSENTED', 'PROPOSED', 'staff'), ('EFFECTIVE', 'LEFT', 'system'), ('ENTERED', 'LEFT', 'subject'), ('ENTERED', 'LEFT', 'system'), ('ENTERED', 'RATED', 'system'), ('FROZEN', 'LEFT', 'system'), ('FROZEN', 'RATED', 'operator'), ('FROZEN', 'RATED', 'subject'), ('FROZEN', 'RATED', 'system'), ('FROZEN', 'REOPENED', 'operator'), ('FROZEN', 'REOPENED', 'system'), ('HEARING', 'LEFT', 'system'), ('HEARING', 'RATED', 'system'), ('PROPOSED', 'ENTERED', 'client'), ('PROPOSED', 'ENTERED', 'staff'), ('PROPOSED', 'LEFT', 'subject'), ('PROPOSED', 'LEFT', 'system'), ('PROPOSED', 'NOT_ADMITTED', 'client'), ('PROPOSED', 'NOT_ADMITTED', 'staff'), ('RATED', 'EFFECTIVE', 'system'), ('RATED', 'FROZEN', 'subject'), ('RATED', 'HEARING', 'system'), ('RATED', 'LEFT', 'system'), ('REOPENED', 'LEFT', 'system'), ('REOPENED', 'RATED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE rural_grades ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_grades FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON rural_grades FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY with_basis ON rural_grades FOR SELECT TO suxin_app USING ((not natural_person or (select t.kind <> 'bank' or t.credit_licensed from tenants t where t.id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))) and exists (select 1 from access_bases b where b.subject_id = rural_grades.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'rural_rating' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid))))",
    "CREATE POLICY system ON rural_grades FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_grades FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, UPDATE (state, ended_at, reminded_at, told_of_end_at) ON rural_grades TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_grades TO suxin_batch',
    "CREATE TRIGGER rural_grades_begins BEFORE INSERT ON rural_grades FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('IN_FORCE', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER rural_grades_step BEFORE UPDATE OF state ON rural_grades FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('IN_FORCE', 'EXPIRED', 'system'), ('IN_FORCE', 'REPLACED', 'system'), ('IN_FORCE', 'WITHDRAWN', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE rural_hearings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_hearings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON rural_hearings FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY stated ON rural_hearings FOR UPDATE TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject') WITH CHECK (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'subject' and decided_at is null)",
    "CREATE POLICY operator ON rural_hearings FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY decided ON rural_hearings FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON rural_hearings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_hearings FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (statement, stated_by, stated_at, lowered, answer, decided_by, decided_at) ON rural_hearings TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_hearings TO suxin_batch',
    'ALTER TABLE rural_notices ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_notices FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON rural_notices FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ended_at is null))",
    "CREATE POLICY owner_tenant ON rural_notices FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON rural_notices FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_notices FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (lines, ended_at) ON rural_notices TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON rural_notices TO suxin_batch',
    'ALTER TABLE rural_panel_members ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_panel_members FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON rural_panel_members FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON rural_panel_members FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_panel_members FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, DELETE ON rural_panel_members TO suxin_app',
    'GRANT SELECT, INSERT ON rural_panel_members TO suxin_batch',
    'ALTER TABLE rural_reckonings ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_reckonings FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON rural_reckonings FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON rural_reckonings FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_reckonings FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, DELETE ON rural_reckonings TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_reckonings TO suxin_batch',
    'ALTER TABLE rural_recusals ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_recusals FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON rural_recusals FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON rural_recusals FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_recusals FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT ON rural_recusals TO suxin_app',
    'GRANT SELECT, INSERT, DELETE ON rural_recusals TO suxin_batch',
    'ALTER TABLE rural_statements ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_statements FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON rural_statements FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY data_subject ON rural_statements FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY system ON rural_statements FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON rural_statements FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, verified_by, verified_at, record_id) ON rural_statements TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON rural_statements TO suxin_batch',
    "CREATE TRIGGER rural_statements_begins BEFORE INSERT ON rural_statements FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('STATED', 'client'), ('STATED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER rural_statements_step BEFORE UPDATE OF state ON rural_statements FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('STATED', 'REJECTED', 'client'), ('STATED', 'REJECTED', 'staff'), ('STATED', 'VERIFIED', 'client'), ('STATED', 'VERIFIED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE rural_titles ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_titles FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON rural_titles FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (state in ('APPROVED', 'REVOKED')))",
    "CREATE POLICY operator ON rural_titles FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON rural_titles FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, answer, revoked_by, revoked_at, revoked_reason) ON rural_titles TO suxin_app',
    'GRANT SELECT ON rural_titles TO suxin_batch',
    "CREATE TRIGGER rural_titles_begins BEFORE INSERT ON rural_titles FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER rural_titles_step BEFORE UPDATE OF state ON rural_titles FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPROVED', 'REVOKED', 'operator'), ('PROPOSED', 'APPROVED', 'operator'), ('PROPOSED', 'REJECTED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE rural_votes ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE rural_votes FORCE ROW LEVEL SECURITY',
    "CREATE POLICY casting ON rural_votes FOR INSERT TO suxin_app WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and (select nullif(current_setting('app.staff_id', true), '')::uuid) is not null)",
    'CREATE POLICY batch ON rural_votes FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT INSERT ON rural_votes TO suxin_app',
    'GRANT SELECT, INSERT, DELETE ON rural_votes TO suxin_batch',
    'ALTER TABLE sandbox_applicants ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE sandbox_applicants FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON sandbox_applicants FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY played ON sandbox_applicants FOR UPDATE TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and tenant_id = (select nullif(current_setting('app.sandbox_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and tenant_id = (select nullif(current_setting('app.sandbox_id', true), '')::uuid))",
    "CREATE POLICY system ON sandbox_applicants FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (steps_done, lead_number, referral_id, last_event, last_event_at) ON sandbox_applicants TO suxin_app',
    'ALTER TABLE sandbox_clocks ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE sandbox_clocks FORCE ROW LEVEL SECURITY',
    "CREATE POLICY confined ON sandbox_clocks FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.sandbox_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.sandbox_id', true), '')::uuid))",
    "CREATE POLICY operator ON sandbox_clocks FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON sandbox_clocks FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY doorway ON sandbox_clocks FOR SELECT TO suxin_doorway USING (true)',
    'GRANT SELECT, INSERT, UPDATE ON sandbox_clocks TO suxin_app',
    'GRANT SELECT ON sandbox_clocks TO suxin_doorway',
    'ALTER TABLE score_models ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE score_models FORCE ROW LEVEL SECURITY',
    "CREATE POLICY published ON score_models FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (state in ('ACTIVE', 'RETIRED')))",
    "CREATE POLICY operator ON score_models FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY drafted ON score_models FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY moved_on ON score_models FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON score_models FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, approved_by, activated_at, run_asked_at, ended_at) ON score_models TO suxin_app',
    'GRANT SELECT, UPDATE ON score_models TO suxin_batch',
    "CREATE TRIGGER score_models_begins BEFORE INSERT ON score_models FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER score_models_step BEFORE UPDATE OF state ON score_models FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'RETIRED', 'operator'), ('APPROVED', 'ACTIVE', 'operator'), ('APPROVED', 'WITHDRAWN', 'operator'), ('DRAFT', 'SIMULATED', 'system'), ('DRAFT', 'WITHDRAWN', 'operator'), ('SIMULATED', 'APPROVED', 'operator'), ('SIMULATED', 'WITHDRAWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE score_runs ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE score_runs FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON score_runs FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON score_runs FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON score_runs TO suxin_app',
    'GRANT SELECT, INSERT ON score_runs TO suxin_batch',
    'ALTER TABLE score_tiers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE score_tiers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON score_tiers FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY with_basis ON score_tiers FOR SELECT TO suxin_app USING ((not natural_person or (select t.kind <> 'bank' or t.credit_licensed from tenants t where t.id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))) and exists (select 1 from access_bases b where b.subject_id = score_tiers.subject_id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'score_tier' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid))))",
    'CREATE POLICY batch ON score_tiers FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON score_tiers TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON score_tiers TO suxin_batch',
    'ALTER TABLE scores ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE scores FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON scores FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    'CREATE POLICY batch ON scores FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON scores TO suxin_app',
    'GRANT SELECT, INSERT, DELETE ON scores TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON second_factors TO suxin_doorway',
    'GRANT SELECT, UPDATE ON second_factors TO suxin_batch',
    'ALTER TABLE service_orders ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE service_orders FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON service_orders FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY redeemer ON service_orders FOR SELECT TO suxin_app USING (exists (select 1 from perk_redeemers r where r.tenant_id = service_orders.tenant_id and r.redemption_id = service_orders.redemption_id and r.subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid)))",
    "CREATE POLICY system ON service_orders FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (stage, request, request_id, asked, rejection, call_up, provider_order_id, payments, discounts, total_fen, reason, paid_fen, refunded_fen, transaction_id, confirmed_at, completed_at, paid_at, ended_at, asked_at, urged_at) ON service_orders TO suxin_app',
    "CREATE TRIGGER service_orders_begins BEFORE INSERT ON service_orders FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.stage, nullif(current_setting('app.kind', true), '')) NOT IN (('CREATED', 'client'), ('CREATED', 'staff'), ('CREATED', 'system'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER service_orders_step BEFORE UPDATE OF stage ON service_orders FOR EACH ROW WHEN (OLD.stage <> NEW.stage AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.stage, NEW.stage, nullif(current_setting('app.kind', true), '')) NOT IN (('CREATED', 'EXPIRED', 'system'), ('CREATED', 'REVOKED', 'client'), ('CREATED', 'REVOKED', 'staff'), ('CREATED', 'REVOKED', 'system'), ('CREATED', 'USER_CONFIRM', 'client'), ('CREATED', 'USER_CONFIRM', 'staff'), ('CREATED', 'USER_CONFIRM', 'system'), ('USER_CONFIRM', 'REVOKED', 'client'), ('USER_CONFIRM', 'REVOKED', 'staff'), ('USER_CONFIRM', 'REVOKED', 'system'), ('USER_CONFIRM', 'USER_PAYING', 'client'), ('USER_CONFIRM', 'USER_PAYING', 'staff'), ('USER_CONFIRM', 'USER_PAYING', 'system'), ('USER_PAYING', 'USER_PAID', 'client'), ('USER_PAYING', 'USER_PAID', 'staff'), ('USER_PAYING', 'USER_PAID', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE shop_budgets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_budgets FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_budgets FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON shop_budgets FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON shop_budgets FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, transfer_id) ON shop_budgets TO suxin_app',
    'GRANT SELECT ON shop_budgets TO suxin_batch',
    "CREATE TRIGGER shop_budgets_begins BEFORE INSERT ON shop_budgets FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'client'), ('PROPOSED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER shop_budgets_step BEFORE UPDATE OF state ON shop_budgets FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'CONFIRMED', 'client'), ('PROPOSED', 'CONFIRMED', 'staff'), ('PROPOSED', 'DROPPED', 'client'), ('PROPOSED', 'DROPPED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE shop_cards ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_cards FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_cards FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY member ON shop_cards FOR SELECT TO suxin_app USING (exists (select 1 from household_members m where m.tenant_id = shop_cards.tenant_id and m.household_id = shop_cards.household_id and m.subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.left_at is null))",
    "CREATE POLICY system ON shop_cards FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, failures, revoked_by, revoked_at, reason) ON shop_cards TO suxin_app',
    "CREATE TRIGGER shop_cards_begins BEFORE INSERT ON shop_cards FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'client'), ('ACTIVE', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER shop_cards_step BEFORE UPDATE OF state ON shop_cards FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'REVOKED', 'client'), ('ACTIVE', 'REVOKED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE shop_goods ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_goods FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_goods FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON shop_goods FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (state = 'OFFERED'))",
    "CREATE POLICY system ON shop_goods FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (name, unit, price_points, month_limit, state, changed_at, photo, photo_sha256) ON shop_goods TO suxin_app',
    "CREATE TRIGGER shop_goods_begins BEFORE INSERT ON shop_goods FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OFFERED', 'client'), ('OFFERED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER shop_goods_step BEFORE UPDATE OF state ON shop_goods FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('OFFERED', 'WITHDRAWN', 'client'), ('OFFERED', 'WITHDRAWN', 'staff'), ('WITHDRAWN', 'OFFERED', 'client'), ('WITHDRAWN', 'OFFERED', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE shop_lines ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_lines FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_lines FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY member ON shop_lines FOR SELECT TO suxin_app USING (exists (select 1 from shop_redemptions r join household_members m on m.tenant_id = r.tenant_id and m.household_id = r.household_id where r.tenant_id = shop_lines.tenant_id and r.id = shop_lines.redemption_id and m.subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.left_at is null))",
    "CREATE POLICY system ON shop_lines FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (given, given_id) ON shop_lines TO suxin_app',
    'ALTER TABLE shop_months ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_months FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_months FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON shop_months FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT ON shop_months TO suxin_app',
    'ALTER TABLE shop_redemptions ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_redemptions FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_redemptions FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY member ON shop_redemptions FOR SELECT TO suxin_app USING (exists (select 1 from household_members m where m.tenant_id = shop_redemptions.tenant_id and m.household_id = shop_redemptions.household_id and m.subject_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.left_at is null))",
    "CREATE POLICY system ON shop_redemptions FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, points, handed_over_by, ended_at, points_given_id, budget_given_id, return_asked_by, returned_by, returned_at, reason) ON shop_redemptions TO suxin_app',
    "CREATE TRIGGER shop_redemptions_begins BEFORE INSERT ON shop_redemptions FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('HELD', 'client'), ('HELD', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER shop_redemptions_step BEFORE UPDATE OF state ON shop_redemptions FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('HANDED_OVER', 'RETURNED', 'client'), ('HANDED_OVER', 'RETURNED', 'staff'), ('HELD', 'EXPIRED', 'system'), ('HELD', 'HANDED_OVER', 'client'), ('HELD', 'HANDED_OVER', 'staff'), ('HELD', 'LET_GO', 'client'), ('HELD', 'LET_GO', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE shop_terms ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE shop_terms FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON shop_terms FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON shop_terms FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY system ON shop_terms FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (opens_on, closes_on, month_points, set_by, set_at) ON shop_terms TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON signing_keys TO suxin_doorway',
    'GRANT SELECT, UPDATE ON signing_keys TO suxin_batch',
    'ALTER TABLE source_inquiries ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE source_inquiries FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON source_inquiries FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY office ON source_inquiries FOR SELECT TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY asked ON source_inquiries FOR INSERT TO suxin_app WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and asked_by = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY answered ON source_inquiries FOR UPDATE TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and answered_at is null) WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and answered_by = (select nullif(current_setting('app.staff_id', true), '')::uuid))",
    "CREATE POLICY system ON source_inquiries FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (answered_by, answered_at, answer, late_at) ON source_inquiries TO suxin_app',
    'ALTER TABLE source_qualities ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE source_qualities FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operators ON source_qualities FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.tenant_kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON source_qualities FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON source_qualities TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON source_qualities TO suxin_batch',
    'ALTER TABLE source_transfers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE source_transfers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY data_subject ON source_transfers FOR SELECT TO suxin_app USING (subject_id = (select nullif(current_setting('app.subject_id', true), '')::uuid))",
    "CREATE POLICY office ON source_transfers FOR SELECT TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY begun ON source_transfers FOR INSERT TO suxin_app WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and passed_at is null)",
    "CREATE POLICY passed ON source_transfers FOR UPDATE TO suxin_app USING (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and passed_at is null) WITH CHECK (office_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and passed_at is not null)",
    "CREATE POLICY system ON source_transfers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (due_at, due_provisional, late_at, passed_at) ON source_transfers TO suxin_app',
    'ALTER TABLE staff ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE staff FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON staff FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY doorway ON staff FOR SELECT TO suxin_doorway USING (true)',
    'GRANT SELECT, INSERT, UPDATE ON staff TO suxin_app',
    'GRANT SELECT ON staff TO suxin_doorway',
    'ALTER TABLE staff_identities ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE staff_identities FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON staff_identities FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    'CREATE POLICY doorway ON staff_identities FOR SELECT TO suxin_doorway USING (true)',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON staff_identities TO suxin_app',
    'GRANT SELECT ON staff_identities TO suxin_doorway',
    'ALTER TABLE staff_leaves ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE staff_leaves FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON staff_leaves FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON staff_leaves FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (cancelled_at) ON staff_leaves TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON staff_log_ins TO suxin_doorway',
    'GRANT SELECT, INSERT, TRUNCATE ON staged_persons TO suxin_batch',
    'GRANT SELECT, INSERT, TRUNCATE ON staged_records TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON subject_doors TO suxin_doorway',
    'GRANT SELECT, INSERT, UPDATE ON subject_doors TO suxin_batch',
    'ALTER TABLE subjects ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE subjects FORCE ROW LEVEL SECURITY',
    "CREATE POLICY itself ON subjects FOR SELECT TO suxin_app USING (id = (select nullif(current_setting('app.subject_id', true), '')::uuid) or id = (select nullif(current_setting('app.person_id', true), '')::uuid))",
    "CREATE POLICY represented ON subjects FOR SELECT TO suxin_app USING (exists (select 1 from mandates m where m.subject_id = subjects.id and m.person_id = (select nullif(current_setting('app.person_id', true), '')::uuid) and m.ended_at is null and m.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and m.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))",
    "CREATE POLICY with_basis ON subjects FOR SELECT TO suxin_app USING (exists (select 1 from access_bases b where b.subject_id = subjects.id and b.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and b.purpose = any ((select string_to_array(nullif(current_setting('app.purposes', true), ''), ','))::text[]) and 'registration' = any (b.categories) and b.ended_at is null and b.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and b.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and ((select nullif(current_setting('app.consent_id', true), '')::uuid) is null or b.source_id = (select nullif(current_setting('app.consent_id', true), '')::uuid))))",
    "CREATE POLICY put_right ON subjects FOR UPDATE TO suxin_app USING (id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK (id = (select nullif(current_setting('app.subject_id', true), '')::uuid) and (select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY at_counter ON subjects FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator' and exists (select 1 from counter_visits v where v.tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and v.helper_id = (select nullif(current_setting('app.staff_id', true), '')::uuid) and v.ended_at is null and v.expires_at > (select nullif(current_setting('app.now', true), '')::timestamptz) and (v.person_id = subjects.id or exists (select 1 from mandates m where m.person_id = v.person_id and m.subject_id = subjects.id and m.ended_at is null and m.starts_at <= (select nullif(current_setting('app.now', true), '')::timestamptz) and m.ends_at > (select nullif(current_setting('app.now', true), '')::timestamptz)))))",
    "CREATE POLICY system ON subjects FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY same_world ON subjects AS RESTRICTIVE FOR ALL TO suxin_app USING (sandbox_id is not distinct from (select nullif(current_setting('app.sandbox_id', true), '')::uuid) or (select nullif(current_setting('app.kind', true), '')::text) = 'system' and (select nullif(current_setting('app.sandbox_id', true), '')::uuid) is null) WITH CHECK (sandbox_id is not distinct from (select nullif(current_setting('app.sandbox_id', true), '')::uuid) or (select nullif(current_setting('app.kind', true), '')::text) = 'system' and (select nullif(current_setting('app.sandbox_id', true), '')::uuid) is null)",
    'CREATE POLICY batch ON subjects FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (name, name_pinyin, county_code, town_code, industry, found_wrong) ON subjects TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON subjects TO suxin_batch',
    'ALTER TABLE tenant_events ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE tenant_events FORCE ROW LEVEL SECURITY',
    "CREATE POLICY fed_tenant ON tenant_events FOR SELECT TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) and position is not null)",
    "CREATE POLICY system ON tenant_events FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    "CREATE POLICY appended ON tenant_events FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) in ('staff', 'client', 'operator', 'subject', 'system'))",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON tenant_events TO suxin_app',
    'ALTER TABLE tenants ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE tenants FORCE ROW LEVEL SECURITY',
    "CREATE POLICY reading_tenant ON tenants FOR SELECT TO suxin_app USING (id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON tenants FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (status = 'ACTIVE' and coalesce(id = (select nullif(current_setting('app.sandbox_id', true), '')::uuid), not sandbox)))",
    "CREATE POLICY operator ON tenants FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON tenants FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY doorway ON tenants FOR SELECT TO suxin_doorway USING (true)',
    'CREATE POLICY batch ON tenants FOR SELECT TO suxin_batch USING (true)',
    'GRANT SELECT, INSERT, UPDATE ON tenants TO suxin_app',
    'GRANT SELECT ON tenants TO suxin_doorway',
    'GRANT SELECT ON tenants TO suxin_batch',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON used_assertions TO suxin_doorway',
    'ALTER TABLE village_counts ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE village_counts FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON village_counts FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY operator ON village_counts FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY system ON village_counts FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON village_counts FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE ON village_counts TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON village_counts TO suxin_batch',
    'ALTER TABLE village_grids ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE village_grids FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON village_grids FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON village_grids FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON village_grids FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (code, kind, name, predecessors, state, valid_until, merged_into) ON village_grids TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON village_grids TO suxin_batch',
    "CREATE TRIGGER village_grids_begins BEFORE INSERT ON village_grids FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'client'), ('ACTIVE', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER village_grids_step BEFORE UPDATE OF state ON village_grids FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'ENDED', 'client'), ('ACTIVE', 'ENDED', 'staff'), ('ACTIVE', 'ENDED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE village_mergers ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE village_mergers FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON village_mergers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY merged ON village_mergers FOR SELECT TO suxin_app USING (from_tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid) or into_tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY platform ON village_mergers FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE (state, decided_by, decided_at, answer, carried_out_at, households, persons) ON village_mergers TO suxin_app',
    "CREATE TRIGGER village_mergers_begins BEFORE INSERT ON village_mergers FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PROPOSED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER village_mergers_step BEFORE UPDATE OF state ON village_mergers FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('APPROVED', 'CARRIED_OUT', 'system'), ('PROPOSED', 'APPROVED', 'operator'), ('PROPOSED', 'DECLINED', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE villages ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE villages FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON villages FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY published ON villages FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) is not null and (true))",
    "CREATE POLICY system ON villages FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON villages FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (former_codes, state, merged_into, merged_at, next_serial) ON villages TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON villages TO suxin_batch',
    "CREATE TRIGGER villages_begins BEFORE INSERT ON villages FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'client'), ('ACTIVE', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER villages_step BEFORE UPDATE OF state ON villages FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'MERGED', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE warning_rule_figures ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE warning_rule_figures FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON warning_rule_figures FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON warning_rule_figures FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON warning_rule_figures TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE ON warning_rule_figures TO suxin_batch',
    'ALTER TABLE warning_rule_sets ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE warning_rule_sets FORCE ROW LEVEL SECURITY',
    "CREATE POLICY operator ON warning_rule_sets FOR SELECT TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY drafted ON warning_rule_sets FOR INSERT TO suxin_app WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    "CREATE POLICY moved_on ON warning_rule_sets FOR UPDATE TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'operator') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'operator')",
    'CREATE POLICY batch ON warning_rule_sets FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE (state, activated_by, activated_at, ended_at) ON warning_rule_sets TO suxin_app',
    'GRANT SELECT ON warning_rule_sets TO suxin_batch',
    "CREATE TRIGGER warning_rule_sets_begins BEFORE INSERT ON warning_rule_sets FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DRAFT', 'operator'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER warning_rule_sets_step BEFORE UPDATE OF state ON warning_rule_sets FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'RETIRED', 'operator'), ('DRAFT', 'ACTIVE', 'operator'), ('DRAFT', 'WITHDRAWN', 'operator'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE watched_grades ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE watched_grades FORCE ROW LEVEL SECURITY',
    'CREATE POLICY batch ON watched_grades FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT ON watched_grades TO suxin_app',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON watched_grades TO suxin_batch',
    'ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE webhook_deliveries FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON webhook_deliveries FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON webhook_deliveries FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_deliveries TO suxin_app',
    "CREATE TRIGGER webhook_deliveries_begins BEFORE INSERT ON webhook_deliveries FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('PENDING', 'client'), ('PENDING', 'operator'), ('PENDING', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER webhook_deliveries_step BEFORE UPDATE OF state ON webhook_deliveries FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('DELIVERED', 'PENDING', 'client'), ('DELIVERED', 'PENDING', 'operator'), ('DELIVERED', 'PENDING', 'staff'), ('GIVEN_UP', 'PENDING', 'client'), ('GIVEN_UP', 'PENDING', 'operator'), ('GIVEN_UP', 'PENDING', 'staff'), ('PENDING', 'DELIVERED', 'system'), ('PENDING', 'GIVEN_UP', 'system'))) EXECUTE FUNCTION refuse_step()",
    'ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY',
    'ALTER TABLE webhook_endpoints FORCE ROW LEVEL SECURITY',
    "CREATE POLICY owner_tenant ON webhook_endpoints FOR ALL TO suxin_app USING (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)) WITH CHECK (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))",
    "CREATE POLICY system ON webhook_endpoints FOR ALL TO suxin_app USING ((select nullif(current_setting('app.kind', true), '')::text) = 'system') WITH CHECK ((select nullif(current_setting('app.kind', true), '')::text) = 'system')",
    'CREATE POLICY batch ON webhook_endpoints FOR ALL TO suxin_batch USING (true) WITH CHECK (true)',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_endpoints TO suxin_app',
    'GRANT SELECT, UPDATE ON webhook_endpoints TO suxin_batch',
    "CREATE TRIGGER webhook_endpoints_begins BEFORE INSERT ON webhook_endpoints FOR EACH ROW WHEN (nullif(current_setting('app.kind', true), '') <> 'system' AND (NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'client'), ('ACTIVE', 'operator'), ('ACTIVE', 'staff'))) EXECUTE FUNCTION refuse_step()",
    "CREATE TRIGGER webhook_endpoints_step BEFORE UPDATE OF state ON webhook_endpoints FOR EACH ROW WHEN (OLD.state <> NEW.state AND nullif(current_setting('app.kind', true), '') IS NOT NULL AND (OLD.state, NEW.state, nullif(current_setting('app.kind', true), '')) NOT IN (('ACTIVE', 'BROKEN', 'system'), ('ACTIVE', 'PAUSED', 'client'), ('ACTIVE', 'PAUSED', 'operator'), ('ACTIVE', 'PAUSED', 'staff'), ('ACTIVE', 'PAUSED', 'system'), ('BROKEN', 'ACTIVE', 'client'), ('BROKEN', 'ACTIVE', 'operator'), ('BROKEN', 'ACTIVE', 'staff'), ('BROKEN', 'ACTIVE', 'system'), ('BROKEN', 'PAUSED', 'client'), ('BROKEN', 'PAUSED', 'operator'), ('BROKEN', 'PAUSED', 'staff'), ('BROKEN', 'PAUSED', 'system'), ('PAUSED', 'ACTIVE', 'client'), ('PAUSED', 'ACTIVE', 'operator'), ('PAUSED', 'ACTIVE', 'staff'))) EXECUTE FUNCTION refuse_step()",
    'GRANT SELECT, INSERT, UPDATE, DELETE ON wechat_accounts TO suxin_doorway',
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('access_bases',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('consent', 'contract', 'statutory', name='basiskind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('records_from', sa.Date(), nullable=True),
    sa.Column('context_id', sa.Uuid(), nullable=True),
    sa.Column('source_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("not categories && array['convictions', 'health', 'special_status'] or kind = 'consent' and cardinality(categories) = 1", name=op.f('ck_access_bases_sensitive_apart')),
    sa.CheckConstraint("not categories && array['score', 'loan_performance']", name=op.f('ck_access_bases_never_shared')),
    sa.CheckConstraint('cardinality(categories) > 0', name=op.f('ck_access_bases_categories')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_access_bases_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access_bases'))
    )
    op.create_index('ix_access_bases_live', 'access_bases', ['subject_id', 'tenant_id', 'purpose'], unique=False, postgresql_where=sa.text('ended_at is null'))
    op.create_index('ix_access_bases_over', 'access_bases', [sa.literal_column('least(ended_at, ends_at)')], unique=False)
    op.create_index('ix_access_bases_person_id', 'access_bases', ['person_id', 'tenant_id'], unique=False, postgresql_where=sa.text('ended_at is null and person_id is not null'))
    op.create_index('ix_access_bases_source_id', 'access_bases', ['source_id'], unique=False)
    op.create_table('account_closures',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('identity_erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reopened_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('person_id', 'id', name=op.f('pk_account_closures'))
    )
    op.create_index('uq_account_closures_standing', 'account_closures', ['person_id'], unique=True, postgresql_where=sa.text('reopened_at is null'))
    op.create_table('areas',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('city', 'county', 'town', 'village', 'grid', name='arealevel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('pinyin', sa.Text(), nullable=False),
    sa.Column('parent_code', sa.Text(), nullable=True),
    sa.Column('statistical_only', sa.Boolean(), nullable=False),
    sa.Column('predecessors', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.CheckConstraint("code ~ '^[0-9]{6}([0-9]{3}){0,3}$'", name=op.f('ck_areas_code')),
    sa.CheckConstraint("parent_code is null or parent_code = left(code, length(parent_code)) or level = 'county'", name=op.f('ck_areas_parent')),
    sa.CheckConstraint('valid_until is null or valid_until > valid_from', name=op.f('ck_areas_period')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_areas'))
    )
    op.create_index('ix_areas_parent_code', 'areas', ['parent_code'], unique=False)
    op.create_table('audit_entries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=False),
    sa.Column('actor_kind', sa.Text(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('client_id', sa.Text(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('consent_id', sa.Uuid(), nullable=True),
    sa.Column('contract_id', sa.Uuid(), nullable=True),
    sa.Column('action', sa.Text(), nullable=False),
    sa.Column('object_type', sa.Text(), nullable=True),
    sa.Column('object_id', sa.Uuid(), nullable=True),
    sa.Column('purpose', sa.Text(), nullable=True),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('fields', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('row_count', sa.BigInteger(), nullable=False),
    sa.Column('detail', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True),
    sa.Column('hash', sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries')),
    sa.UniqueConstraint('seq', name=op.f('uq_audit_entries_seq'))
    )
    op.create_index('ix_audit_entries_at', 'audit_entries', ['at'], unique=False, postgresql_using='brin')
    op.create_index('ix_audit_entries_subject_id', 'audit_entries', ['subject_id', 'id'], unique=False)
    op.create_index('ix_audit_entries_tenant_id', 'audit_entries', ['tenant_id', 'id'], unique=False)
    op.create_index('ix_audit_entries_unsealed', 'audit_entries', ['id'], unique=False, postgresql_where=sa.text('seq is null'))
    op.create_table('audit_heads',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_audit_heads'))
    )
    op.create_table('authorization_codes',
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('redirect_uri', sa.Text(), nullable=False),
    sa.Column('code_challenge', sa.Text(), nullable=False),
    sa.Column('dpop_jkt', sa.Text(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_authorization_codes'))
    )
    op.create_index('ix_authorization_codes_expires_at', 'authorization_codes', ['expires_at'], unique=False)
    op.create_table('bank_ledger_days',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('measure', sa.Enum('outstanding', 'overdue_days', 'repaid', 'filed', 'compensated', 'recovered', name='measure', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=True),
    sa.Column('theirs', sa.BigInteger(), nullable=False),
    sa.Column('ours', sa.BigInteger(), nullable=False),
    sa.Column('differing', sa.BigInteger(), nullable=False),
    sa.Column('compared_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("operator_id is null or measure in ('filed', 'compensated', 'recovered')", name=op.f('ck_bank_ledger_days_of_pools')),
    sa.CheckConstraint('least(theirs, ours, differing) >= 0', name=op.f('ck_bank_ledger_days_figures')),
    sa.PrimaryKeyConstraint('tenant_id', 'day', 'measure', name=op.f('pk_bank_ledger_days'))
    )
    op.create_index('ix_bank_ledger_days_operator_id', 'bank_ledger_days', ['operator_id', 'day'], unique=False)
    op.create_table('bank_ledgers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=True),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('to_day', sa.Date(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('rows_taken', sa.BigInteger(), nullable=False),
    sa.Column('rows_rejected', sa.BigInteger(), nullable=False),
    sa.Column('rejects', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.Uuid(), nullable=False),
    sa.Column('superseded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('compared_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('from_day <= to_day', name=op.f('ck_bank_ledgers_period')),
    sa.CheckConstraint('rows_rejected = jsonb_array_length(rejects) and rows_taken = jsonb_array_length(lines)', name=op.f('ck_bank_ledgers_rows')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_bank_ledgers')),
    sa.UniqueConstraint('tenant_id', 'from_day', 'to_day', 'sha256', name=op.f('uq_bank_ledgers_tenant_id_from_day_to_day_sha256'))
    )
    op.create_index('uq_bank_ledgers_to_day', 'bank_ledgers', ['tenant_id', 'to_day'], unique=True, postgresql_where=sa.text('superseded_at is null'))
    op.create_table('bank_speeds',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('measured_on', sa.Date(), nullable=False),
    sa.Column('referrals', sa.BigInteger(), nullable=False),
    sa.Column('answered_on_time', sa.BigInteger(), nullable=False),
    sa.Column('median_response_hours', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_bank_speeds'))
    )
    op.create_table('branches',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('area_codes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_branches'))
    )
    op.create_table('catalogue_drafts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('release', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('items', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('item_count', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'ACTIVATED', 'IN_FORCE', 'FAILED', 'DISCARDED', name='draftstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure_code', sa.Text(), nullable=True),
    sa.Column('failure_zh', sa.Text(), nullable=True),
    sa.Column('failure_en', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'FAILED') = (failure_code is not null)", name=op.f('ck_catalogue_drafts_failure')),
    sa.CheckConstraint('item_count > 0', name=op.f('ck_catalogue_drafts_item_count')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_drafts'))
    )
    op.create_table('catalogue_items',
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('record_class', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('department', sa.Text(), nullable=False),
    sa.Column('category', sa.Enum('identity', 'contact', 'registration', 'tax', 'social_insurance', 'honours', 'penalties', 'environment', 'loan_request', 'score_tier', 'perk_order', 'rural_rating', 'grid_points', 'performance', 'health', 'convictions', 'special_status', 'score', 'loan_performance', name='datacategory', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('channel', sa.Enum('publicly_disclosed', 'authorised_public', 'filed_by_subject', 'licensed', name='lawfulchannel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('validity_months', sa.BigInteger(), nullable=True),
    sa.Column('sensitivity', sa.Enum('public', 'shared', 'confidential', 'sensitive', name='sensitivity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('publication', sa.Enum('never', 'published', 'by_penalty', name='publication', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('publication_months', sa.BigInteger(), nullable=True),
    sa.Column('of_persons', sa.Boolean(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('release', sa.Text(), nullable=False),
    sa.Column('retired_in', sa.Text(), nullable=True),
    sa.CheckConstraint("(publication = 'published') or publication_months is null", name=op.f('ck_catalogue_items_published')),
    sa.CheckConstraint("(sensitivity = 'sensitive') = (category in ('convictions', 'health', 'special_status')) and (sensitivity <> 'sensitive' or publication = 'never')", name=op.f('ck_catalogue_items_sensitive')),
    sa.CheckConstraint("record_class in ('登记注册', '司法裁判执行', '行政管理', '职称职业', '经营异常', '严重失信名单', '合同履行', '信用承诺', '信用评价结果', '遵守法律法规', '诚信荣誉', '知识产权', '自愿提供')", name=op.f('ck_catalogue_items_record_class')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_catalogue_items'))
    )
    op.create_table('catalogue_releases',
    sa.Column('release', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('item_count', sa.BigInteger(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('item_count > 0', name=op.f('ck_catalogue_releases_item_count')),
    sa.PrimaryKeyConstraint('release', name=op.f('pk_catalogue_releases'))
    )
    op.create_table('client_conduct',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('conduct', sa.Enum('SENT_TRUSTED', 'SENT_AD_HOC', 'PAGED', 'GREW_PAGE', 'REPLAYED', 'REUSED_KEY', 'WAS_REFUSED', 'REPEATED_REFUSED', 'EXHAUSTED_BUDGET', 'RENEWED_NONCE', 'IGNORED_NONCE', name='conduct', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('times', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('times > 0', name=op.f('ck_client_conduct_times')),
    sa.PrimaryKeyConstraint('tenant_id', 'client_id', 'conduct', name=op.f('pk_client_conduct'))
    )
    op.create_table('commitments',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('truth', 'approval', 'published', 'industry', 'repair', name='commitmentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('subject_name', sa.Text(), nullable=False),
    sa.Column('published', sa.Boolean(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('text_version', sa.Text(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('stated', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('made_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'KEPT', 'BROKEN', 'RETURNED', name='commitmentstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('judged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('judged_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('document', sa.Text(), nullable=True),
    sa.Column('outcome_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(kind = 'truth') = (person_id is not null)", name=op.f('ck_commitments_signer')),
    sa.CheckConstraint("(kind = 'truth') = (text_version is not null)", name=op.f('ck_commitments_signed')),
    sa.CheckConstraint("(state = 'BROKEN' or state = 'KEPT' and kind <> 'truth') = (document is not null and outcome_id is not null)", name=op.f('ck_commitments_outcome')),
    sa.CheckConstraint("(state = 'OPEN') = (judged_at is null)", name=op.f('ck_commitments_judged')),
    sa.CheckConstraint("(state in ('BROKEN', 'RETURNED')) <= (reason is not null)", name=op.f('ck_commitments_reason')),
    sa.CheckConstraint("state <> 'RETURNED' or kind = 'truth'", name=op.f('ck_commitments_returned')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_commitments'))
    )
    op.create_index('ix_commitments_state', 'commitments', ['state', 'id'], unique=False)
    op.create_index('uq_commitments_number', 'commitments', ['authority', 'number'], unique=True)
    op.create_table('consent_artefacts',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('jws', sa.Text(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', 'consent_id', name=op.f('pk_consent_artefacts'))
    )
    op.create_table('consent_fetches',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('period', sa.Text(), nullable=False),
    sa.Column('at_desk', sa.Boolean(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_consent_fetches_number')),
    sa.PrimaryKeyConstraint('subject_id', 'consent_id', 'number', name=op.f('pk_consent_fetches'))
    )
    op.create_index('ix_consent_fetches_period', 'consent_fetches', ['subject_id', 'consent_id', 'period'], unique=False)
    op.create_table('consents',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('context_id', sa.Uuid(), nullable=True),
    sa.Column('notice_version', sa.Text(), nullable=False),
    sa.Column('notice_sha256', sa.Text(), nullable=False),
    sa.Column('life_days', sa.BigInteger(), nullable=False),
    sa.Column('records_from', sa.Date(), nullable=False),
    sa.Column('frequency_times', sa.BigInteger(), nullable=False),
    sa.Column('frequency_unit', sa.Enum('ONCE', 'DAY', 'MONTH', name='fetchunit', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('retention_days', sa.BigInteger(), nullable=False),
    sa.Column('natural_person', sa.Boolean(), nullable=True),
    sa.Column('state', sa.Enum('REQUESTED', 'ACTIVE', 'PAUSED', 'REVOKED', 'EXPIRED', 'SUPERSEDED', 'REJECTED', 'LAPSED', name='consentstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("not categories && array['convictions', 'health', 'special_status'] or cardinality(categories) = 1", name=op.f('ck_consents_sensitive_apart')),
    sa.CheckConstraint('cardinality(categories) > 0', name=op.f('ck_consents_categories')),
    sa.CheckConstraint('expires_at > starts_at', name=op.f('ck_consents_period')),
    sa.CheckConstraint('frequency_times > 0', name=op.f('ck_consents_frequency')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_consents'))
    )
    op.create_index('ix_consents_ended_at', 'consents', ['ended_at'], unique=False, postgresql_where=sa.text('ended_at is not null'))
    op.create_index('ix_consents_tenant_id', 'consents', ['tenant_id', 'id'], unique=False)
    op.create_index('uq_consents_open', 'consents', ['subject_id', 'tenant_id', 'purpose', 'context_id'], unique=True, postgresql_nulls_not_distinct=True, postgresql_where=sa.text("state in ('REQUESTED', 'ACTIVE', 'PAUSED')"))
    op.create_table('counter_evidence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('visit_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('helper_id', sa.Uuid(), nullable=False),
    sa.Column('office', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=False),
    sa.Column('decision', sa.Enum('allow', 'refuse', 'pause', 'resume', 'revoke', name='decision', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('notice_version', sa.Text(), nullable=False),
    sa.Column('notice_sha256', sa.Text(), nullable=False),
    sa.Column('words_sha256', sa.Text(), nullable=False),
    sa.Column('reading', sa.BigInteger(), nullable=False),
    sa.Column('read_aloud_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Enum('signature', 'paper', name='evidencekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('receipt', sa.Enum('sms', 'paper', name='receiptby', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('carried_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_counter_evidence_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_evidence'))
    )
    op.create_index('ix_counter_evidence_consent_id', 'counter_evidence', ['subject_id', 'consent_id'], unique=False)
    op.create_index('ix_counter_evidence_person_id', 'counter_evidence', ['person_id', 'id'], unique=False)
    op.create_index('uq_counter_evidence_reading', 'counter_evidence', ['visit_id', 'reading'], unique=True)
    op.create_table('counter_visits',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('helper_id', sa.Uuid(), nullable=False),
    sa.Column('branch_id', sa.Uuid(), nullable=True),
    sa.Column('office', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('OPENED', 'PROVED', 'READ_ALOUD', 'DECIDED', 'ABANDONED', name='visitstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('proof_tries', sa.BigInteger(), nullable=False),
    sa.Column('proof_method', sa.Text(), nullable=True),
    sa.Column('proof_ref', sa.Text(), nullable=True),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('phone_confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('consent_id', sa.Uuid(), nullable=True),
    sa.Column('matter', sa.Enum('answer', 'pause', 'resume', 'revoke', name='matter', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('notice_version', sa.Text(), nullable=True),
    sa.Column('notice_sha256', sa.Text(), nullable=True),
    sa.Column('words_sha256', sa.Text(), nullable=True),
    sa.Column('reading', sa.BigInteger(), nullable=False),
    sa.Column('read_aloud_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state <> 'ABANDONED' or ended_at is not null", name=op.f('ck_counter_visits_abandoned')),
    sa.CheckConstraint("state not in ('PROVED', 'READ_ALOUD', 'DECIDED') or person_id is not null", name=op.f('ck_counter_visits_person')),
    sa.CheckConstraint("state not in ('READ_ALOUD', 'DECIDED') or num_nulls(subject_id, consent_id, matter, notice_sha256, words_sha256, read_aloud_at) = 0", name=op.f('ck_counter_visits_read_aloud')),
    sa.CheckConstraint('(person_id is null) = (proved_at is null)', name=op.f('ck_counter_visits_proved')),
    sa.CheckConstraint('expires_at > opened_at', name=op.f('ck_counter_visits_life')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_visits'))
    )
    op.create_index('ix_counter_visits_person_id', 'counter_visits', ['person_id', 'id'], unique=False)
    op.create_index('uq_counter_visits_running', 'counter_visits', ['tenant_id', 'helper_id'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_table('credit_records',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sa.Text(), nullable=False),
    sa.Column('category', sa.Enum('identity', 'contact', 'registration', 'tax', 'social_insurance', 'honours', 'penalties', 'environment', 'loan_request', 'score_tier', 'perk_order', 'rural_rating', 'grid_points', 'performance', 'health', 'convictions', 'special_status', 'score', 'loan_performance', name='datacategory', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('channel', sa.Enum('publicly_disclosed', 'authorised_public', 'filed_by_subject', 'licensed', name='lawfulchannel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('natural_person', sa.Boolean(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('source_ref', sa.Text(), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('published_until', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('polarity', sa.Enum('positive', 'neutral', 'negative', name='polarity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('active', 'disputed', 'exempted', 'repaired', 'withdrawn', name='recordstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=True),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('self_declared', sa.Boolean(), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('batch_id', sa.Uuid(), nullable=True),
    sa.Column('batch_line', sa.BigInteger(), nullable=True),
    sa.Column('facet', sa.Text(), sa.Computed("item_code || coalesce(':' || (content ->> case when item_code in ('PENALTY') then 'class' when item_code in ('CONVICTION') then 'kind' when item_code in ('TRAFFIC-BREACH') then 'breach' when item_code in ('TAX-GRADE', 'ECO-GRADE', 'RURAL-GRADE') then 'grade' when item_code in ('COMPLIANCE', 'COOP-SURPLUS', 'COOP-LEDGER') then 'finding' when item_code in ('QUALIFICATION', 'HONOUR', 'MODEL-WORKER', 'GOOD-PERSON', 'CREDIT-MODEL', 'FARM-MODEL', 'FARM-BRAND') then 'level' when item_code in ('FARM-LEASE') then 'left' when item_code in ('FARM-LAND', 'FARM-HERD', 'FARM-LINKED', 'COOP-MEMBERS', 'VILLAGE-RESIDENCE', 'VOL-LAND', 'VOL-HERD', 'VOL-LABOUR', 'VOL-HARVEST', 'VOL-DEBT') then 'band' end), '')", persisted=True), nullable=False),
    sa.CheckConstraint('amount_fen is null or amount_fen >= 0', name=op.f('ck_credit_records_amount')),
    sa.CheckConstraint('valid_until is null or valid_until > occurred_on', name=op.f('ck_credit_records_validity')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_credit_records')),
    postgresql_partition_by='HASH (subject_id)'
    )
    op.create_index('ix_credit_records_negative', 'credit_records', ['occurred_on'], unique=False, postgresql_where=sa.text("polarity = 'negative' and not self_declared"))
    op.create_index('uq_credit_records_source', 'credit_records', ['subject_id', 'source', 'source_ref'], unique=True)
    op.create_table('credit_rounds',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('village_tenant_id', sa.Uuid(), nullable=False),
    sa.Column('village_code', sa.Text(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('product_name', sa.Text(), nullable=False),
    sa.Column('rules', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('most_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'SIGNED', 'ACCEPTED', 'OPEN', 'CLOSED', 'CALLED_OFF', name='roundstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_by', sa.Uuid(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_by', sa.Uuid(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_reason', sa.Text(), nullable=True),
    sa.Column('households', sa.Integer(), nullable=True),
    sa.Column('joined', sa.Integer(), nullable=True),
    sa.Column('lined', sa.Integer(), nullable=True),
    sa.Column('active', sa.Integer(), nullable=True),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state in ('CLOSED', 'CALLED_OFF')) = (ended_at is not null)", name=op.f('ck_credit_rounds_ended')),
    sa.CheckConstraint("state not in ('OPEN', 'CLOSED') or (signed_by is not null and confirmed_by is not null)", name=op.f('ck_credit_rounds_signed')),
    sa.CheckConstraint('confirmed_by <> accepted_by', name=op.f('ck_credit_rounds_two_of_the_village')),
    sa.CheckConstraint('signed_by <> proposed_by', name=op.f('ck_credit_rounds_two_of_the_bank')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_credit_rounds'))
    )
    op.create_index('ix_credit_rounds_code', 'credit_rounds', ['village_code', 'id'], unique=False)
    op.create_index('ix_credit_rounds_state', 'credit_rounds', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_credit_rounds_village', 'credit_rounds', ['village_tenant_id', 'state', 'id'], unique=False)
    op.create_index('uq_credit_rounds_running', 'credit_rounds', ['tenant_id', 'village_tenant_id', 'product_id'], unique=True, postgresql_where=sa.text("state not in ('CLOSED', 'CALLED_OFF')"))
    op.create_table('decision_snapshots',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kept_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('erased_at >= kept_until', name=op.f('ck_decision_snapshots_kept')),
    sa.CheckConstraint('erased_at is null or content is null', name=op.f('ck_decision_snapshots_erased')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_decision_snapshots'))
    )
    op.create_table('deprecated_uses',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('coordinate', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('uses', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('length(coordinate) between 3 and 200', name=op.f('ck_deprecated_uses_coordinate')),
    sa.CheckConstraint('uses > 0', name=op.f('ck_deprecated_uses_uses')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_deprecated_uses'))
    )
    op.create_index('ix_deprecated_uses_day', 'deprecated_uses', ['tenant_id', 'day', 'id'], unique=False)
    op.create_index('uq_deprecated_uses_day', 'deprecated_uses', ['tenant_id', 'client_id', 'coordinate', 'day'], unique=True)
    op.create_table('desk_sessions',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_desk_sessions'))
    )
    op.create_index('ix_desk_sessions_expires_at', 'desk_sessions', ['expires_at'], unique=False)
    op.create_index('ix_desk_sessions_grant_id', 'desk_sessions', ['grant_id'], unique=False)
    op.create_index('ix_desk_sessions_staff_id', 'desk_sessions', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('device_codes',
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('user_code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('details', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('dpop_jkt', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('PENDING', 'APPROVED', 'DENIED', 'USED', name='devicestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=True),
    sa.Column('interval_s', sa.BigInteger(), nullable=False),
    sa.Column('polled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_device_codes')),
    sa.UniqueConstraint('user_code_hash', name=op.f('uq_device_codes_user_code_hash'))
    )
    op.create_index('ix_device_codes_expires_at', 'device_codes', ['expires_at'], unique=False)
    op.create_table('disaster_notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('areas', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('PROPOSED', 'WITHDRAWN', 'REJECTED', 'IN_FORCE', 'ENDED', name='noticestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=True),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('records', sa.BigInteger(), nullable=True),
    sa.Column('subjects', sa.BigInteger(), nullable=True),
    sa.Column('counted', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ending_by', sa.Uuid(), nullable=True),
    sa.Column('ending_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ending_reason', sa.Text(), nullable=True),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name=op.f('ck_disaster_notices_ended')),
    sa.CheckConstraint("(state in ('IN_FORCE', 'ENDED', 'REJECTED')) = (decided_by is not null)", name=op.f('ck_disaster_notices_decided')),
    sa.CheckConstraint('(ending_by is null) = (ending_at is null)', name=op.f('ck_disaster_notices_ending')),
    sa.CheckConstraint('(filed_by is null) = (source is not null)', name=op.f('ck_disaster_notices_filed')),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_disaster_notices_content')),
    sa.CheckConstraint('cardinality(areas) >= 1', name=op.f('ck_disaster_notices_areas')),
    sa.CheckConstraint('cardinality(categories) >= 1', name=op.f('ck_disaster_notices_categories')),
    sa.CheckConstraint('decided_by <> filed_by', name=op.f('ck_disaster_notices_two_people')),
    sa.CheckConstraint('ended_by <> ending_by', name=op.f('ck_disaster_notices_two_people_end')),
    sa.CheckConstraint('ends_on is null or ends_on > to_on', name=op.f('ck_disaster_notices_ends')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_disaster_notices_sha256')),
    sa.CheckConstraint('to_on >= from_on', name=op.f('ck_disaster_notices_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disaster_notices'))
    )
    op.create_index('uq_disaster_notices_source', 'disaster_notices', ['source'], unique=True)
    op.create_table('ended_tokens',
    sa.Column('token_id', sa.Uuid(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('token_id', name=op.f('pk_ended_tokens'))
    )
    op.create_index('ix_ended_tokens_expires_at', 'ended_tokens', ['expires_at'], unique=False)
    op.create_table('event_feeds',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('last_position', sa.BigInteger(), nullable=False),
    sa.Column('pruned_position', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_event_feeds'))
    )
    op.create_table('exports',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('client_id', sa.Text(), nullable=True),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('branch_id', sa.Uuid(), nullable=True),
    sa.Column('area_codes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('needs', sa.Text(), nullable=True),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('variables', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', name='exportstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('row_count', sa.BigInteger(), nullable=False),
    sa.Column('byte_count', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('crc', sa.BigInteger(), nullable=False),
    sa.Column('cursor', sa.Text(), nullable=True),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('sha256', sa.Text(), nullable=True),
    sa.Column('failure_code', sa.Text(), nullable=True),
    sa.Column('failure_zh', sa.Text(), nullable=True),
    sa.Column('failure_en', sa.Text(), nullable=True),
    sa.CheckConstraint("(finished_at is null) = (state in ('QUEUED', 'RUNNING'))", name=op.f('ck_exports_ended')),
    sa.CheckConstraint("(state = 'FAILED') = (failure_code is not null)", name=op.f('ck_exports_failure')),
    sa.CheckConstraint("state <> 'COMPLETED' or (sha256 is not null and expires_at is not null)", name=op.f('ck_exports_completed')),
    sa.CheckConstraint('row_count >= 0 and byte_count >= 0 and position >= 0', name=op.f('ck_exports_progress')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_exports')),
    sa.UniqueConstraint('id', name=op.f('uq_exports_id'))
    )
    op.create_index('ix_exports_running', 'exports', ['tenant_id', sa.literal_column("coalesce(client_id, '')")], unique=True, postgresql_where=sa.text("state in ('QUEUED', 'RUNNING')"))
    op.create_table('filing_files',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('rows_read', sa.BigInteger(), nullable=False),
    sa.Column('rows_taken', sa.BigInteger(), nullable=False),
    sa.Column('rows_known', sa.BigInteger(), nullable=False),
    sa.Column('rows_rejected', sa.BigInteger(), nullable=False),
    sa.Column('rejects', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('rows_read = rows_taken + rows_known + rows_rejected', name=op.f('ck_filing_files_rows')),
    sa.CheckConstraint('rows_rejected = jsonb_array_length(rejects)', name=op.f('ck_filing_files_rejects')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_filing_files')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'sha256', name=op.f('uq_filing_files_tenant_id_pool_id_sha256'))
    )
    op.create_table('grid_app_links',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.Text(), nullable=False),
    sa.Column('joined_by', sa.Uuid(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_by', sa.Uuid(), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cursor', sa.Text(), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('broken_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('last_success_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('not_taken', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('compared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('compared_month', sa.Date(), nullable=True),
    sa.Column('differences', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint('(compared_at is null) = (compared_month is null)', name=op.f('ck_grid_app_links_compared')),
    sa.CheckConstraint('(left_by is null) = (left_at is null)', name=op.f('ck_grid_app_links_left')),
    sa.CheckConstraint('failures >= 0', name=op.f('ck_grid_app_links_failures')),
    sa.CheckConstraint('length(cursor) <= 200', name=op.f('ck_grid_app_links_cursor')),
    sa.CheckConstraint('length(ground) between 2 and 200', name=op.f('ck_grid_app_links_ground')),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_grid_app_links'))
    )
    op.create_index('ix_grid_app_links_next_at', 'grid_app_links', ['next_at'], unique=False, postgresql_where=sa.text('left_at is null'))
    op.create_table('grid_app_mappings',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('rules', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('adopted_by', sa.Uuid(), nullable=False),
    sa.Column('adopted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("not rules ? 'persons'", name=op.f('ck_grid_app_mappings_no_persons')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_grid_app_mappings_number')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_app_mappings'))
    )
    op.create_index('uq_grid_app_mappings_number', 'grid_app_mappings', ['tenant_id', 'number'], unique=True)
    op.create_table('grid_captures',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('captured_by', sa.Uuid(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'RECORDED', 'WITHDRAWN', 'LAPSED', name='capturestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('problem_code', sa.Text(), nullable=True),
    sa.Column('problem_zh', sa.Text(), nullable=True),
    sa.Column('problem_en', sa.Text(), nullable=True),
    sa.Column('captured_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('complete_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('forced', sa.Boolean(), nullable=False),
    sa.CheckConstraint("(state in ('WITHDRAWN', 'LAPSED')) = (ended_at is not null)", name=op.f('ck_grid_captures_ended')),
    sa.CheckConstraint('(problem_code is null) = (problem_zh is null) and (problem_code is null) = (problem_en is null)', name=op.f('ck_grid_captures_problem')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_grid_captures_version')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_captures'))
    )
    op.create_index('ix_grid_captures_staff_id', 'grid_captures', ['tenant_id', 'captured_by', 'state', 'id'], unique=False)
    op.create_table('grid_devices',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('public_jwk', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('enrolled_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(name) between 1 and 40', name=op.f('ck_grid_devices_name')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_devices'))
    )
    op.create_index('ix_grid_devices_staff_id', 'grid_devices', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('grid_notices',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('claims', sa.BigInteger(), nullable=False),
    sa.Column('days', sa.BigInteger(), nullable=False),
    sa.Column('lines', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('village_name', sa.Text(), nullable=False),
    sa.Column('published_by', sa.Uuid(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_provisional', sa.Boolean(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('claims between 1 and 200', name=op.f('ck_grid_notices_claims')),
    sa.CheckConstraint('days between 5 and 7 and ends_at > published_at', name=op.f('ck_grid_notices_days')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_notices'))
    )
    op.create_index('uq_grid_notices_number', 'grid_notices', ['tenant_id', 'number'], unique=True)
    op.create_table('grid_photo_uploads',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('received_bytes', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('whole_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_grid_photo_uploads_sha256')),
    sa.CheckConstraint('received_bytes between 0 and size_bytes', name=op.f('ck_grid_photo_uploads_received_bytes')),
    sa.CheckConstraint('whole_at is null or received_bytes = size_bytes', name=op.f('ck_grid_photo_uploads_whole')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_photo_uploads'))
    )
    op.create_index('uq_grid_photo_uploads_live', 'grid_photo_uploads', ['tenant_id', 'staff_id', 'sha256'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_table('grid_rule_sets',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'ADOPTED', 'CONFIRMED', 'DROPPED', name='rulesetstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('book', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('meeting', sa.Enum('villagers', 'households', 'representatives', name='meeting', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('met_on', sa.Date(), nullable=True),
    sa.Column('entitled', sa.BigInteger(), nullable=True),
    sa.Column('present', sa.BigInteger(), nullable=True),
    sa.Column('in_favour', sa.BigInteger(), nullable=True),
    sa.Column('minutes', sa.Text(), nullable=True),
    sa.Column('adopted_by', sa.Uuid(), nullable=True),
    sa.Column('adopted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("case when state = 'CONFIRMED' then num_nulls(confirmed_by, confirmed_at, starts_on) = 0 else confirmed_by is null end", name=op.f('ck_grid_rule_sets_confirmed')),
    sa.CheckConstraint("state not in ('ADOPTED', 'CONFIRMED') or num_nulls(meeting, met_on, entitled, present, in_favour, minutes, adopted_by, adopted_at) = 0", name=op.f('ck_grid_rule_sets_adopted')),
    sa.CheckConstraint('confirmed_by <> drafted_by and confirmed_by <> adopted_by', name=op.f('ck_grid_rule_sets_by_another')),
    sa.CheckConstraint('in_favour <= present and present <= entitled', name=op.f('ck_grid_rule_sets_counts')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_grid_rule_sets_number')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_rule_sets'))
    )
    op.create_index('uq_grid_rule_sets_number', 'grid_rule_sets', ['tenant_id', 'number'], unique=True)
    op.create_index('uq_grid_rule_sets_starts_on', 'grid_rule_sets', ['tenant_id', 'starts_on'], unique=True, postgresql_where=sa.text("state = 'CONFIRMED'"))
    op.create_table('grid_sheet_forms',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('town_code', sa.Text(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('layout', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('written_by', sa.Uuid(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("town_code ~ '^[0-9]{9}$'", name=op.f('ck_grid_sheet_forms_town')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_grid_sheet_forms_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grid_sheet_forms'))
    )
    op.create_index('uq_grid_sheet_forms_number', 'grid_sheet_forms', ['town_code', 'number'], unique=True)
    op.create_table('grid_sheets',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('form_id', sa.Uuid(), nullable=False),
    sa.Column('village_name', sa.Text(), nullable=False),
    sa.Column('lines', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('totals', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_by', sa.Uuid(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("month = date_trunc('month', month)::date", name=op.f('ck_grid_sheets_month')),
    sa.CheckConstraint('(signed_by is null) = (signed_at is null)', name=op.f('ck_grid_sheets_signed')),
    sa.CheckConstraint('length(content_hash) = 64', name=op.f('ck_grid_sheets_content_hash')),
    sa.CheckConstraint('signed_by <> made_by', name=op.f('ck_grid_sheets_signed_by_another')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_sheets'))
    )
    op.create_index('uq_grid_sheets_number', 'grid_sheets', ['tenant_id', 'month', 'number'], unique=True)
    op.create_table('idempotency_keys',
    sa.Column('scope', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('operation', sa.Text(), nullable=False),
    sa.Column('request_hash', sa.LargeBinary(), nullable=False),
    sa.Column('result', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_index('ix_idempotency_keys_created_at', 'idempotency_keys', ['created_at'], unique=False)
    op.create_table('identity_providers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('method', sa.Enum('private_key_jwt', 'client_secret_basic', name='clientmethod', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('trusts_second_factor', sa.Boolean(), nullable=False),
    sa.Column('keeps_passwords', sa.Boolean(), nullable=False),
    sa.Column('max_age_minutes', sa.BigInteger(), nullable=True),
    sa.Column('acr_values', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'ACTIVE', 'SUSPENDED', name='providerstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(method = 'client_secret_basic') = (secret_sealed is not null)", name=op.f('ck_identity_providers_secret')),
    sa.CheckConstraint("state <> 'ACTIVE' or tried_at is not null", name=op.f('ck_identity_providers_tried')),
    sa.CheckConstraint('max_age_minutes between 0 and 1440', name=op.f('ck_identity_providers_max_age')),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_identity_providers')),
    sa.UniqueConstraint('id', name=op.f('uq_identity_providers_id'))
    )
    op.create_table('impact_assessments',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('purpose', 'score_model', 'programme', name='assessedkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('thing', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('conclusion', sa.Text(), nullable=False),
    sa.Column('document_sha256', sa.Text(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(document_sha256) = 64', name=op.f('ck_impact_assessments_document_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_impact_assessments'))
    )
    op.create_index('ix_impact_assessments_about', 'impact_assessments', ['kind', 'thing'], unique=False)
    op.create_table('incentive_rule_sets',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('quarter', sa.Date(), nullable=False),
    sa.Column('rules', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'APPROVED', 'WITHDRAWN', name='rulesetstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'APPROVED') = (approved_by is not null) and (approved_by is null) = (approved_at is null)", name=op.f('ck_incentive_rule_sets_approved')),
    sa.CheckConstraint("(state = 'WITHDRAWN') = (ended_at is not null)", name=op.f('ck_incentive_rule_sets_ended')),
    sa.CheckConstraint('approved_by <> drafted_by', name=op.f('ck_incentive_rule_sets_two_people')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_incentive_rule_sets_version')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_incentive_rule_sets'))
    )
    op.create_index('ix_incentive_rule_sets_quarter', 'incentive_rule_sets', ['tenant_id', 'state', 'quarter'], unique=False)
    op.create_index('uq_incentive_rule_sets_version', 'incentive_rule_sets', ['tenant_id', 'version'], unique=True)
    op.create_table('incentive_runs',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('quarter', sa.Date(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('rules', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'POSTED', 'REVERSAL_PROPOSED', 'REVERSED', 'WITHDRAWN', name='runstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reversal_by', sa.Uuid(), nullable=True),
    sa.Column('reversal_reason', sa.Text(), nullable=True),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(checked_by is null) = (state in ('PROPOSED', 'WITHDRAWN'))", name=op.f('ck_incentive_runs_checked')),
    sa.CheckConstraint("(ended_by is not null) = (state in ('WITHDRAWN', 'REVERSED')) and (ended_by is null) = (ended_at is null)", name=op.f('ck_incentive_runs_ended')),
    sa.CheckConstraint("(state in ('REVERSAL_PROPOSED', 'REVERSED')) = (reversal_by is not null) and (reversal_by is null) = (reversal_reason is null)", name=op.f('ck_incentive_runs_reversal')),
    sa.CheckConstraint("state <> 'REVERSED' or ended_by <> reversal_by", name=op.f('ck_incentive_runs_two_people_reverse')),
    sa.CheckConstraint('checked_by is null or checked_by <> proposed_by', name=op.f('ck_incentive_runs_two_people')),
    sa.CheckConstraint('total_fen > 0', name=op.f('ck_incentive_runs_total')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_incentive_runs'))
    )
    op.create_index('uq_incentive_runs_alive', 'incentive_runs', ['tenant_id', 'quarter'], unique=True, postgresql_where=sa.text("state not in ('WITHDRAWN', 'REVERSED')"))
    op.create_table('ingestion_batches',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('batch_key', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('file_bytes', sa.BigInteger(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('state', sa.Enum('RECEIVED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', name='batchstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('client_id', sa.Text(), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('format', sa.Enum('csv', 'parquet', name='batchformat', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('encoding', sa.Text(), nullable=True),
    sa.Column('bytes_total', sa.BigInteger(), nullable=False),
    sa.Column('bytes_read', sa.BigInteger(), nullable=False),
    sa.Column('last_line', sa.BigInteger(), nullable=False),
    sa.Column('rows_read', sa.BigInteger(), nullable=False),
    sa.Column('rows_added', sa.BigInteger(), nullable=False),
    sa.Column('rows_changed', sa.BigInteger(), nullable=False),
    sa.Column('rows_unchanged', sa.BigInteger(), nullable=False),
    sa.Column('rows_rejected', sa.BigInteger(), nullable=False),
    sa.Column('rows_incomplete', sa.BigInteger(), nullable=False),
    sa.Column('rows_inconsistent', sa.BigInteger(), nullable=False),
    sa.Column('rows_late', sa.BigInteger(), nullable=False),
    sa.Column('rows_erased', sa.BigInteger(), nullable=False),
    sa.Column('failure_code', sa.Text(), nullable=True),
    sa.Column('failure_zh', sa.Text(), nullable=True),
    sa.Column('failure_en', sa.Text(), nullable=True),
    sa.Column('cancel_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(finished_at is null) = (state in ('RECEIVED', 'RUNNING'))", name=op.f('ck_ingestion_batches_ended')),
    sa.CheckConstraint("(state = 'CANCELLED') = (cancel_reason is not null)", name=op.f('ck_ingestion_batches_cancelled')),
    sa.CheckConstraint("(state = 'FAILED') = (failure_code is not null)", name=op.f('ck_ingestion_batches_failure')),
    sa.CheckConstraint('rows_read = rows_added + rows_changed + rows_unchanged + rows_rejected', name=op.f('ck_ingestion_batches_rows')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ingestion_batches'))
    )
    op.create_index('ix_ingestion_batches_open', 'ingestion_batches', ['id'], unique=False, postgresql_where=sa.text("state in ('RECEIVED', 'RUNNING')"))
    op.create_index('uq_ingestion_batches_key', 'ingestion_batches', ['source', 'batch_key'], unique=True)
    op.create_table('ingestion_parts',
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('batch_id', 'number', name=op.f('pk_ingestion_parts'))
    )
    op.create_table('ingestion_rejects',
    sa.Column('batch_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.BigInteger(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('field', sa.Text(), nullable=True),
    sa.Column('zh', sa.Text(), nullable=False),
    sa.Column('en', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('batch_id', 'line', name=op.f('pk_ingestion_rejects'))
    )
    op.create_table('lead_parties',
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('lead_id', name=op.f('pk_lead_parties'))
    )
    op.create_index('ix_lead_parties_request_id', 'lead_parties', ['request_id'], unique=False)
    op.create_table('leads',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('industry_section', sa.Text(), nullable=False),
    sa.Column('amount_band', sa.Text(), nullable=False),
    sa.Column('term_band', sa.Text(), nullable=False),
    sa.Column('grade', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('guarantee', sa.Text(), nullable=False),
    sa.Column('first_loan', sa.Boolean(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pool_open', sa.Boolean(), nullable=False),
    sa.Column('sandbox_id', sa.Uuid(), nullable=True),
    sa.Column('claimed_by', sa.Uuid(), nullable=True),
    sa.Column('claim_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(claimed_by is null) = (claim_expires_at is null)', name=op.f('ck_leads_claim')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leads'))
    )
    op.create_index('ix_leads_pool_closes_at', 'leads', ['closes_at', 'id'], unique=False, postgresql_where=sa.text('pool_open'))
    op.create_index('ix_leads_pool_county_code', 'leads', ['county_code', 'id'], unique=False, postgresql_where=sa.text('pool_open'))
    op.create_index('ix_leads_pool_industry_section', 'leads', ['industry_section', 'id'], unique=False, postgresql_where=sa.text('pool_open'))
    op.create_index('ix_leads_pool_open', 'leads', ['id'], unique=False, postgresql_where=sa.text('pool_open'))
    op.create_table('league_tables',
    sa.Column('quarter', sa.Date(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('definition', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counted_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('worked_on', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ranked', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(counted_at is null) = (ranked is null)', name=op.f('ck_league_tables_counted')),
    sa.CheckConstraint('(version = 1) = (reason is null) and (reason is null) = (asked_by is null)', name=op.f('ck_league_tables_corrected')),
    sa.CheckConstraint('extract(day from quarter) = 1 and extract(month from quarter) in (1, 4, 7, 10)', name=op.f('ck_league_tables_quarter')),
    sa.CheckConstraint('version >= 1 and definition >= 1', name=op.f('ck_league_tables_version')),
    sa.PrimaryKeyConstraint('quarter', 'version', name=op.f('pk_league_tables'))
    )
    op.create_index('uq_league_tables_id', 'league_tables', ['id'], unique=True)
    op.create_index('uq_league_tables_waiting', 'league_tables', ['quarter'], unique=True, postgresql_where=sa.text('counted_at is null'))
    op.create_table('ledger_accounts',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('asset', sa.Text(), nullable=False),
    sa.Column('normal_side', sa.Enum('debit', 'credit', name='side', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('floor', sa.BigInteger(), nullable=True),
    sa.Column('ceiling', sa.BigInteger(), nullable=True),
    sa.Column('posted_debits', sa.BigInteger(), nullable=False),
    sa.Column('posted_credits', sa.BigInteger(), nullable=False),
    sa.Column('pending_debits', sa.BigInteger(), nullable=False),
    sa.Column('pending_credits', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_before', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("asset ~ '^(CNY|(POINT|STOCK):[a-z0-9][a-z0-9_.-]{0,59})$'", name=op.f('ck_ledger_accounts_asset')),
    sa.CheckConstraint("ceiling is null or case normal_side when 'debit' then posted_debits + pending_debits - posted_credits else posted_credits + pending_credits - posted_debits end <= ceiling", name=op.f('ck_ledger_accounts_ceiling')),
    sa.CheckConstraint("code ~ '^[a-z][a-z0-9_]*(\\.[a-z0-9][a-z0-9_-]*)*$' and length(code) <= 80", name=op.f('ck_ledger_accounts_code')),
    sa.CheckConstraint("floor is null or case normal_side when 'debit' then posted_debits - posted_credits - pending_credits else posted_credits - posted_debits - pending_debits end >= floor", name=op.f('ck_ledger_accounts_floor')),
    sa.CheckConstraint('closed_at is null or posted_debits = posted_credits and pending_debits = 0 and pending_credits = 0', name=op.f('ck_ledger_accounts_closed_empty')),
    sa.CheckConstraint('least(posted_debits, posted_credits, pending_debits, pending_credits) >= 0', name=op.f('ck_ledger_accounts_sums')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_ledger_accounts')),
    sa.UniqueConstraint('tenant_id', 'code', name=op.f('uq_ledger_accounts_tenant_id_code')),
    sa.UniqueConstraint('tenant_id', 'id', 'asset', name=op.f('uq_ledger_accounts_tenant_id_id_asset'))
    )
    op.create_table('ledger_closings',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('closed_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_ledger_closings')),
    sa.UniqueConstraint('tenant_id', 'closed_before', name=op.f('uq_ledger_closings_tenant_id_closed_before'))
    )
    op.create_table('loan_months',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('dimension', sa.Enum('city', 'bank', 'county', 'industry', name='dimension', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('loans', sa.BigInteger(), nullable=False),
    sa.Column('outstanding_fen', sa.BigInteger(), nullable=False),
    sa.Column('credit_loans', sa.BigInteger(), nullable=False),
    sa.Column('credit_fen', sa.BigInteger(), nullable=False),
    sa.Column('overdue_loans', sa.BigInteger(), nullable=False),
    sa.Column('overdue_fen', sa.BigInteger(), nullable=False),
    sa.Column('signed', sa.BigInteger(), nullable=False),
    sa.Column('signed_fen', sa.BigInteger(), nullable=False),
    sa.Column('first_loans', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("extract(day from month) = 1 and as_of >= month and as_of < month + interval '1 month'", name=op.f('ck_loan_months_month')),
    sa.CheckConstraint('least(loans, outstanding_fen, credit_loans, credit_fen, overdue_loans, overdue_fen, signed, signed_fen, first_loans) >= 0 and greatest(credit_fen, overdue_fen) <= outstanding_fen and greatest(credit_loans, overdue_loans) <= loans and first_loans <= signed', name=op.f('ck_loan_months_parts')),
    sa.PrimaryKeyConstraint('month', 'dimension', 'key', name=op.f('pk_loan_months'))
    )
    op.create_table('loan_products',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('draft_of', sa.Uuid(), nullable=True),
    sa.Column('status', sa.Enum('DRAFT', 'PUBLISHED', 'RETIRED', name='productstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('min_amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('max_amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('min_term_months', sa.BigInteger(), nullable=False),
    sa.Column('max_term_months', sa.BigInteger(), nullable=False),
    sa.Column('min_rate_bps', sa.BigInteger(), nullable=False),
    sa.Column('max_rate_bps', sa.BigInteger(), nullable=False),
    sa.Column('upfront_fee_bps', sa.BigInteger(), nullable=False),
    sa.Column('upfront_fee_fen', sa.BigInteger(), nullable=False),
    sa.Column('repayment_methods', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('guarantee_modes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('preferred_areas', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('preferred_industries', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('first_loan_friendly', sa.Boolean(), nullable=False),
    sa.Column('cooling_off_days', sa.BigInteger(), nullable=False),
    sa.Column('criteria', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('sandbox_id', sa.Uuid(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('min_amount_fen between 1 and max_amount_fen', name=op.f('ck_loan_products_amount')),
    sa.CheckConstraint('min_rate_bps between 0 and max_rate_bps', name=op.f('ck_loan_products_rate')),
    sa.CheckConstraint('min_term_months between 1 and max_term_months', name=op.f('ck_loan_products_term')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_loan_products'))
    )
    op.create_index('ix_loan_products_code', 'loan_products', ['tenant_id', 'code', 'id'], unique=False)
    op.create_index('ix_loan_products_in_use', 'loan_products', ['tenant_id', sa.literal_column("((status <> 'RETIRED')::int)"), 'id'], unique=False)
    op.create_index('ix_loan_products_published', 'loan_products', ['status'], unique=False, postgresql_where=sa.text("status = 'PUBLISHED'"))
    op.create_index('ix_loan_products_status', 'loan_products', ['tenant_id', 'status', 'id'], unique=False)
    op.create_index('uq_loan_products_next_version', 'loan_products', ['tenant_id', 'draft_of'], unique=True, postgresql_where=sa.text("status = 'DRAFT'"))
    op.create_table('loan_requests',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('term_months', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Enum('working_capital', 'equipment', 'raw_materials', 'agriculture_inputs', 'livestock', 'premises', 'technology', 'green_transition', 'renewal', 'other', name='loanpurpose', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('guarantee', sa.Enum('credit', 'mortgage', 'pledge', 'surety', 'guarantee_company', name='guaranteemode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('repayment_method', sa.Enum('equal_instalment', 'equal_principal', 'bullet', 'interest_monthly', 'revolving', name='repaymentmethod', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rate_ceiling_bps', sa.BigInteger(), nullable=True),
    sa.Column('first_loan', sa.Boolean(), nullable=False),
    sa.Column('mode', sa.Enum('named', 'recommended', 'open_pool', name='dispatchmode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('named_tenant_id', sa.Uuid(), nullable=True),
    sa.Column('named_product_id', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'SUBMITTED', 'MATCHING', 'OPEN', 'OFFERED', 'ACCEPTED', 'CONTRACTED', 'DISBURSED', 'WITHDRAWN', 'EXPIRED', 'UNMATCHED', name='requeststate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('facts', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_loan_requests_amount')),
    sa.CheckConstraint('term_months between 1 and 360', name=op.f('ck_loan_requests_term')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_loan_requests')),
    sa.UniqueConstraint('number', name=op.f('uq_loan_requests_number'))
    )
    op.create_index('ix_loan_requests_id', 'loan_requests', ['id'], unique=True)
    op.create_table('log_in_failures',
    sa.Column('name_index', sa.LargeBinary(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=False),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name_index', name=op.f('pk_log_in_failures'))
    )
    op.create_index('ix_log_in_failures_expires_at', 'log_in_failures', ['expires_at'], unique=False)
    op.create_table('log_in_sessions',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('provider_id', sa.Uuid(), nullable=True),
    sa.Column('provider_subject', sa.Text(), nullable=True),
    sa.Column('provider_session', sa.Text(), nullable=True),
    sa.Column('amr', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('authenticated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(provider_id is null) = (provider_subject is null)', name=op.f('ck_log_in_sessions_provider')),
    sa.CheckConstraint('(staff_id is null) <> (person_id is null)', name=op.f('ck_log_in_sessions_one')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_log_in_sessions'))
    )
    op.create_index('ix_log_in_sessions_expires_at', 'log_in_sessions', ['expires_at'], unique=False)
    op.create_index('ix_log_in_sessions_provider_id', 'log_in_sessions', ['provider_id'], unique=False, postgresql_where=sa.text('provider_id is not null'))
    op.create_index('ix_log_in_sessions_staff_id', 'log_in_sessions', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('mandates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('legal_representative', 'agent', 'helper', 'household_head', name='mandaterole', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proof_method', sa.Text(), nullable=False),
    sa.Column('proof_ref', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_mandates_period')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mandates'))
    )
    op.create_index('ix_mandates_over', 'mandates', [sa.literal_column('least(ended_at, ends_at)')], unique=False)
    op.create_index('ix_mandates_person_id', 'mandates', ['person_id'], unique=False)
    op.create_index('uq_mandates_live', 'mandates', ['person_id', 'subject_id'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_table('match_results',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('product_version', sa.BigInteger(), nullable=False),
    sa.Column('eligible', sa.Boolean(), nullable=False),
    sa.Column('rank', sa.BigInteger(), nullable=True),
    sa.Column('score', sa.BigInteger(), nullable=True),
    sa.Column('total_cost_fen', sa.BigInteger(), nullable=True),
    sa.Column('annualised_rate_bps', sa.BigInteger(), nullable=True),
    sa.Column('contributions', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('reasons', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', 'request_id', 'product_id', name=op.f('pk_match_results'))
    )
    op.create_table('notice_texts',
    sa.Column('version', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('pk_notice_texts'))
    )
    op.create_table('notices',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('permission', sa.Text(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('template', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('link', sa.Text(), nullable=False),
    sa.Column('facts', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_by', sa.Text(), nullable=True),
    sa.Column('delivery_ref', sa.Text(), nullable=True),
    sa.CheckConstraint('(person_id is null) <> (tenant_id is null)', name=op.f('ck_notices_one_recipient')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notices'))
    )
    op.create_index('ix_notices_person_id', 'notices', ['person_id', 'id'], unique=False)
    op.create_index('ix_notices_tenant_id', 'notices', ['tenant_id', 'id'], unique=False)
    op.create_table('oauth_clients',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('confidential', sa.Boolean(), nullable=False),
    sa.Column('jwks', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('jwks_uri', sa.Text(), nullable=True),
    sa.Column('redirect_uris', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('grant_types', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('detail_types', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('status', sa.Enum('ACTIVE', 'SUSPENDED', 'RETIRED', name='clientstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status_reason', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(jwks is null) <> (jwks_uri is null) or not confidential', name=op.f('ck_oauth_clients_keys')),
    sa.CheckConstraint('length(name) between 2 and 60', name=op.f('ck_oauth_clients_name')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_oauth_clients')),
    sa.UniqueConstraint('id', name=op.f('uq_oauth_clients_id'))
    )
    op.create_index('ix_oauth_clients_status', 'oauth_clients', ['tenant_id', 'status', 'id'], unique=False)
    op.create_table('oauth_grants',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('client', 'staff', 'visitor', 'approved', name='grantkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('openid', sa.Text(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('consent_id', sa.Uuid(), nullable=True),
    sa.Column('log_in_hash', sa.LargeBinary(), nullable=True),
    sa.Column('scopes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('details', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('amr', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('authenticated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(kind = 'approved') = (consent_id is not null)", name=op.f('ck_oauth_grants_approved')),
    sa.CheckConstraint("(kind = 'staff') = (staff_id is not null)", name=op.f('ck_oauth_grants_staff')),
    sa.CheckConstraint("(kind = 'visitor') = (openid is not null)", name=op.f('ck_oauth_grants_visitor')),
    sa.CheckConstraint('version > 0', name=op.f('ck_oauth_grants_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_oauth_grants'))
    )
    op.create_index('ix_oauth_grants_client_id', 'oauth_grants', ['client_id', 'id'], unique=False)
    op.create_index('ix_oauth_grants_consent_id', 'oauth_grants', ['consent_id'], unique=False)
    op.create_index('ix_oauth_grants_log_in_hash', 'oauth_grants', ['log_in_hash'], unique=False, postgresql_where=sa.text('log_in_hash is not null'))
    op.create_index('ix_oauth_grants_openid', 'oauth_grants', ['openid'], unique=False, postgresql_where=sa.text('openid is not null'))
    op.create_index('ix_oauth_grants_staff_id', 'oauth_grants', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('order_bills',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sub_mchid', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('payments', sa.BigInteger(), nullable=False),
    sa.Column('payments_fen', sa.BigInteger(), nullable=False),
    sa.Column('refunds', sa.BigInteger(), nullable=False),
    sa.Column('refunds_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_here', sa.BigInteger(), nullable=False),
    sa.Column('paid_here_fen', sa.BigInteger(), nullable=False),
    sa.Column('gaps', sa.BigInteger(), nullable=False),
    sa.Column('compared_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('least(payments, payments_fen, refunds, refunds_fen, paid_here, paid_here_fen, gaps) >= 0', name=op.f('ck_order_bills_figures')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_order_bills')),
    sa.UniqueConstraint('tenant_id', 'sub_mchid', 'day', name=op.f('uq_order_bills_tenant_id_sub_mchid_day'))
    )
    op.create_index('ix_order_bills_id', 'order_bills', ['tenant_id', 'id'], unique=False)
    op.create_table('order_services',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('provider', sa.Enum('LOCAL', 'WECHAT_PAYSCORE', name='orderchannel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sub_mchid', sa.Text(), nullable=True),
    sa.Column('mode', sa.Enum('DEPOSIT_FREE', 'PAY_LATER', name='serviceordermode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sector', sa.Enum('eat', 'stay', 'travel', 'tour', 'shop', 'leisure', 'medical', 'school', 'work', 'elderly', 'approval', name='sector', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ceiling_fen', sa.BigInteger(), nullable=False),
    sa.Column('unmanned', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(provider = 'LOCAL') = (sub_mchid is null)", name=op.f('ck_order_services_sub_mchid')),
    sa.CheckConstraint('ceiling_fen > 0', name=op.f('ck_order_services_ceiling')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_order_services')),
    sa.UniqueConstraint('provider', 'sub_mchid', 'code', name=op.f('uq_order_services_provider_sub_mchid_code')),
    sa.UniqueConstraint('tenant_id', 'code', name=op.f('uq_order_services_tenant_id_code'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('sandbox_id', sa.Uuid(), nullable=True),
    sa.Column('topic', sa.Text(), nullable=False),
    sa.Column('payload', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('took_ms', sa.BigInteger(), nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    op.create_index('ix_outbox_of_sandboxes', 'outbox', ['sandbox_id'], unique=False, postgresql_where=sa.text('sandbox_id is not null and done_at is null and failed_at is null'))
    op.create_index('ix_outbox_waiting', 'outbox', ['not_before', 'id'], unique=False, postgresql_where=sa.text('done_at is null and failed_at is null'))
    op.create_table('perk_handles',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('handle', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'subject_id', name=op.f('pk_perk_handles'))
    )
    op.create_index('uq_perk_handles_handle', 'perk_handles', ['tenant_id', 'handle'], unique=True)
    op.create_table('perk_months',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('dimension', sa.Enum('city', 'county', 'scenario', name='perkdimension', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('redemptions', sa.BigInteger(), nullable=False),
    sa.Column('uses', sa.BigInteger(), nullable=False),
    sa.Column('people', sa.BigInteger(), nullable=False),
    sa.Column('value_fen', sa.BigInteger(), nullable=False),
    sa.Column('defaults', sa.BigInteger(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(dimension = 'city') = (key = '')", name=op.f('ck_perk_months_key')),
    sa.CheckConstraint('extract(day from month) = 1', name=op.f('ck_perk_months_month')),
    sa.CheckConstraint('least(redemptions, uses, people, value_fen, defaults) >= 0 and people <= redemptions', name=op.f('ck_perk_months_figures')),
    sa.PrimaryKeyConstraint('month', 'dimension', 'key', name=op.f('pk_perk_months'))
    )
    op.create_table('perk_programmes',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('scenario_code', sa.Text(), nullable=False),
    sa.Column('sector', sa.Enum('eat', 'stay', 'travel', 'tour', 'shop', 'leisure', 'medical', 'school', 'work', 'elderly', 'approval', name='sector', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('record_rule', sa.Enum('never', 'kept', name='recordrule', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'SUBMITTED', 'PUBLISHED', 'SUSPENDED', 'ENDED', name='programmestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('venue', sa.Text(), nullable=False),
    sa.Column('offers', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('fallback', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('areas', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_before', sa.Date(), nullable=False),
    sa.Column('closed_on', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('opens_minute', sa.Integer(), nullable=True),
    sa.Column('closes_minute', sa.Integer(), nullable=True),
    sa.Column('person_daily', sa.Integer(), nullable=True),
    sa.Column('person_total', sa.Integer(), nullable=True),
    sa.Column('scenario_monthly', sa.Integer(), nullable=True),
    sa.Column('daily', sa.Integer(), nullable=True),
    sa.Column('uses_each', sa.Integer(), nullable=False),
    sa.Column('party_limit', sa.Integer(), nullable=False),
    sa.Column('hold_minutes', sa.Integer(), nullable=False),
    sa.Column('use_days', sa.Integer(), nullable=False),
    sa.Column('funder', sa.Enum('merchant', 'city', 'sponsor', name='funderkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('funder_name', sa.Text(), nullable=False),
    sa.Column('stock', sa.BigInteger(), nullable=True),
    sa.Column('budget_fen', sa.BigInteger(), nullable=True),
    sa.Column('stock_id', sa.Uuid(), nullable=True),
    sa.Column('used_id', sa.Uuid(), nullable=True),
    sa.Column('put_out_id', sa.Uuid(), nullable=True),
    sa.Column('budget_id', sa.Uuid(), nullable=True),
    sa.Column('due_id', sa.Uuid(), nullable=True),
    sa.Column('promised_id', sa.Uuid(), nullable=True),
    sa.Column('drafted_by', sa.Uuid(), nullable=True),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name=op.f('ck_perk_programmes_ended')),
    sa.CheckConstraint("funder <> 'city' or budget_fen is not null and (published_at is null or approved_by is not null)", name=op.f('ck_perk_programmes_city_approved')),
    sa.CheckConstraint("record_rule = 'never' or sector not in ('medical', 'school')", name=op.f('ck_perk_programmes_lawful_record')),
    sa.CheckConstraint("state not in ('PUBLISHED', 'SUSPENDED') or published_at is not null", name=op.f('ck_perk_programmes_published')),
    sa.CheckConstraint('(budget_id is null) = (due_id is null) and (budget_id is null) = (promised_id is null)', name=op.f('ck_perk_programmes_budget_accounts')),
    sa.CheckConstraint('(opens_minute is null) = (closes_minute is null)', name=op.f('ck_perk_programmes_hours_together')),
    sa.CheckConstraint('(stock_id is null) = (used_id is null) and (stock_id is null) = (put_out_id is null)', name=op.f('ck_perk_programmes_stock_accounts')),
    sa.CheckConstraint('ends_before > starts_on', name=op.f('ck_perk_programmes_period')),
    sa.CheckConstraint('least(person_daily, person_total, scenario_monthly, daily, uses_each, party_limit, hold_minutes, use_days) >= 1', name=op.f('ck_perk_programmes_limits')),
    sa.CheckConstraint('opens_minute < closes_minute and closes_minute <= 1440', name=op.f('ck_perk_programmes_hours')),
    sa.CheckConstraint('stock >= 0 and budget_fen >= 0', name=op.f('ck_perk_programmes_sums')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_programmes'))
    )
    op.create_index('ix_perk_programmes_in_force', 'perk_programmes', ['id'], unique=False, postgresql_where=sa.text("state = 'PUBLISHED'"))
    op.create_index('ix_perk_programmes_over', 'perk_programmes', ['ends_before'], unique=False, postgresql_where=sa.text("state in ('PUBLISHED', 'SUSPENDED')"))
    op.create_index('ix_perk_programmes_published', 'perk_programmes', ['sector', 'id'], unique=False, postgresql_where=sa.text("state = 'PUBLISHED'"))
    op.create_index('ix_perk_programmes_state', 'perk_programmes', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_perk_programmes_submitted', 'perk_programmes', ['id'], unique=False, postgresql_where=sa.text("state = 'SUBMITTED'"))
    op.create_table('perk_settlements',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('funder', sa.Enum('merchant', 'city', 'sponsor', name='funderkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('funder_name', sa.Text(), nullable=False),
    sa.Column('redemptions', sa.Integer(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('DRAWN_UP', 'DISPUTED', 'CONFIRMED', 'APPROVED', 'PAID', name='settlementstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('drawn_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('first_by', sa.Uuid(), nullable=True),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_by', sa.Uuid(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.CheckConstraint("funder <> 'merchant'", name=op.f('ck_perk_settlements_funded_by_another')),
    sa.CheckConstraint("num_nonnulls(approved_by, approved_at) = case when state in ('APPROVED', 'PAID') then 2 else 0 end and (approved_by is null or (funder = 'city') = (first_by is not null))", name=op.f('ck_perk_settlements_approved')),
    sa.CheckConstraint("num_nonnulls(confirmed_by, confirmed_at) = case when state in ('CONFIRMED', 'APPROVED', 'PAID') then 2 else 0 end", name=op.f('ck_perk_settlements_confirmed')),
    sa.CheckConstraint("num_nonnulls(paid_by, paid_on, reference) = case when state = 'PAID' then 3 else 0 end", name=op.f('ck_perk_settlements_paid')),
    sa.CheckConstraint("state <> 'DISPUTED' or reason is not null", name=op.f('ck_perk_settlements_disputed')),
    sa.CheckConstraint('approved_by <> first_by', name=op.f('ck_perk_settlements_two_people')),
    sa.CheckConstraint('extract(day from month) = 1', name=op.f('ck_perk_settlements_month')),
    sa.CheckConstraint('num_nonnulls(first_by, first_at) in (0, 2)', name=op.f('ck_perk_settlements_first')),
    sa.CheckConstraint('redemptions > 0 and uses > 0 and amount_fen > 0', name=op.f('ck_perk_settlements_figures')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_settlements')),
    sa.UniqueConstraint('tenant_id', 'month', 'funder', 'funder_name', name='uq_perk_settlements_month')
    )
    op.create_index('ix_perk_settlements_state', 'perk_settlements', ['state', 'id'], unique=False)
    op.create_index('ix_perk_settlements_tenant_id', 'perk_settlements', ['tenant_id', 'id'], unique=False)
    op.create_index('ix_perk_settlements_tenant_state', 'perk_settlements', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('person_identities',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('resident_id_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('proof_method', sa.Text(), nullable=False),
    sa.Column('proof_ref', sa.Text(), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', name=op.f('pk_person_identities'))
    )
    op.create_table('phone_codes',
    sa.Column('phone_index', sa.LargeBinary(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=False),
    sa.Column('openid', sa.Text(), nullable=False),
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('sent_on', sa.Date(), nullable=False),
    sa.Column('sent_count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('phone_index', name=op.f('pk_phone_codes'))
    )
    op.create_index('ix_phone_codes_expires_at', 'phone_codes', ['expires_at'], unique=False)
    op.create_index('ix_phone_codes_openid', 'phone_codes', ['openid', 'sent_on'], unique=False)
    op.create_table('population_cells',
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('industry_section', sa.Text(), nullable=False),
    sa.Column('subjects', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'county_code', 'industry_section', name=op.f('pk_population_cells'))
    )
    op.create_table('presentation_passes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('phone', 'paper', name='passkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('context_id', sa.Uuid(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('expires_at > opened_at', name=op.f('ck_presentation_passes_expires_at')),
    sa.CheckConstraint('failures >= 0', name=op.f('ck_presentation_passes_failures')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_presentation_passes')),
    sa.UniqueConstraint('number', name=op.f('uq_presentation_passes_number')),
    sa.UniqueConstraint('subject_id', 'kind', name=op.f('uq_presentation_passes_subject_id_kind'))
    )
    op.create_index('ix_presentation_passes_expires_at', 'presentation_passes', ['expires_at'], unique=False)
    op.create_table('provider_flows',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('provider_id', sa.Uuid(), nullable=False),
    sa.Column('tried_by', sa.Uuid(), nullable=True),
    sa.Column('back', sa.Text(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('provider_session', sa.Text(), nullable=True),
    sa.Column('multi_factor', sa.Boolean(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_provider_flows'))
    )
    op.create_index('ix_provider_flows_expires_at', 'provider_flows', ['expires_at'], unique=False)
    op.create_table('public_cautions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('DEBT_EVASION', 'ILLEGAL_FUNDRAISING', name='cautionkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('document_number', sa.Text(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('organisations', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'WITHDRAWN', 'REJECTED', 'PUBLISHED', 'TAKEN_DOWN', name='cautionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('taken_down_by', sa.Uuid(), nullable=True),
    sa.Column('taken_down_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_down_reason', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'TAKEN_DOWN') = (taken_down_at is not null) and (taken_down_at is null) = (taken_down_by is null) and (taken_down_at is null) = (taken_down_reason is null)", name=op.f('ck_public_cautions_taken_down')),
    sa.CheckConstraint("(state in ('PROPOSED', 'WITHDRAWN')) = (decided_by is null)", name=op.f('ck_public_cautions_decided')),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_public_cautions_content')),
    sa.CheckConstraint('cardinality(organisations) <= 50', name=op.f('ck_public_cautions_organisations')),
    sa.CheckConstraint('decided_by <> filed_by', name=op.f('ck_public_cautions_two_people')),
    sa.CheckConstraint('expires_on > issued_on', name=op.f('ck_public_cautions_period')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_public_cautions_sha256')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_public_cautions'))
    )
    op.create_index('ix_public_cautions_shown', 'public_cautions', ['state', 'expires_at'], unique=False)
    op.create_table('published_arrangements',
    sa.Column('year', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('holidays', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('make_up_workdays', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('loaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("jsonb_typeof(holidays) = 'object'", name=op.f('ck_published_arrangements_holidays')),
    sa.CheckConstraint("source <> ''", name=op.f('ck_published_arrangements_source')),
    sa.PrimaryKeyConstraint('year', name=op.f('pk_published_arrangements'))
    )
    op.create_table('pushed_requests',
    sa.Column('reference_hash', sa.LargeBinary(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('parameters', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('dpop_jkt', sa.Text(), nullable=True),
    sa.Column('pushed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('visited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('reference_hash', name=op.f('pk_pushed_requests'))
    )
    op.create_index('ix_pushed_requests_expires_at', 'pushed_requests', ['expires_at'], unique=False)
    op.create_table('quotas',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('ceiling', sa.BigInteger(), nullable=False),
    sa.Column('used', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('used >= 0 and used <= ceiling', name=op.f('ck_quotas_within')),
    sa.PrimaryKeyConstraint('tenant_id', 'name', name=op.f('pk_quotas'))
    )
    op.create_table('recovery_codes',
    sa.Column('code_hash', sa.LargeBinary(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('code_hash', name=op.f('pk_recovery_codes'))
    )
    op.create_index('ix_recovery_codes_staff_id', 'recovery_codes', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('refresh_tokens',
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('grant_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('dpop_jkt', sa.Text(), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_refresh_tokens'))
    )
    op.create_index('ix_refresh_tokens_expires_at', 'refresh_tokens', ['expires_at'], unique=False)
    op.create_index('ix_refresh_tokens_grant_id', 'refresh_tokens', ['grant_id'], unique=False)
    op.create_table('register_imports',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('lines', sa.Integer(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('unchanged', sa.Integer(), nullable=False),
    sa.Column('rejects', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('imported_by', sa.Uuid(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_register_imports_sha256')),
    sa.CheckConstraint('lines = added + changed + unchanged + jsonb_array_length(rejects)', name=op.f('ck_register_imports_lines')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_register_imports'))
    )
    op.create_table('repair_applications',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sa.Text(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('record_ref', sa.Text(), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('statement', sa.Text(), nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('FILED', 'RELAYED', 'RETURNED', 'ACCEPTED', 'NOT_ACCEPTED', 'REPAIRED', 'REFUSED', 'WITHDRAWN', name='repairstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clock', sa.Enum('RELAY', 'ACCEPT', 'ANSWER', 'EXTENDED', 'APPLY', name='clock', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('clock_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('late_clock', sa.Text(), nullable=True),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt_no', sa.Text(), nullable=True),
    sa.Column('relayed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('copies', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'REPAIRED') = (applied_at is not null and copies is not null)", name=op.f('ck_repair_applications_applied')),
    sa.CheckConstraint("(state in ('FILED', 'RELAYED', 'ACCEPTED')) = (clock is not null and clock_from is not null and due_at is not null)", name=op.f('ck_repair_applications_running')),
    sa.CheckConstraint("(state in ('FILED', 'RELAYED', 'ACCEPTED', 'RETURNED')) = (ended_at is null)", name=op.f('ck_repair_applications_ended')),
    sa.CheckConstraint('(late_at is null) = (late_clock is null)', name=op.f('ck_repair_applications_late')),
    sa.CheckConstraint('round >= 1', name=op.f('ck_repair_applications_round')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_repair_applications'))
    )
    op.create_index('ix_repair_applications_state', 'repair_applications', ['state', 'due_at'], unique=False)
    op.create_index('uq_repair_applications_open', 'repair_applications', ['subject_id', 'record_id'], unique=True, postgresql_where=sa.text("state in ('FILED', 'RELAYED', 'ACCEPTED', 'RETURNED')"))
    op.create_table('repayment_files',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('rows_read', sa.BigInteger(), nullable=False),
    sa.Column('rows_taken', sa.BigInteger(), nullable=False),
    sa.Column('rows_known', sa.BigInteger(), nullable=False),
    sa.Column('rows_rejected', sa.BigInteger(), nullable=False),
    sa.Column('rejects', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('rows_read = rows_taken + rows_known + rows_rejected', name=op.f('ck_repayment_files_rows')),
    sa.CheckConstraint('rows_rejected = jsonb_array_length(rejects)', name=op.f('ck_repayment_files_rejects')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_repayment_files')),
    sa.UniqueConstraint('tenant_id', 'sha256', name=op.f('uq_repayment_files_tenant_id_sha256'))
    )
    op.create_table('replay_counts',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('replay_id', sa.Uuid(), nullable=False),
    sa.Column('cell', sa.Text(), nullable=False),
    sa.Column('quarter_from', sa.Date(), nullable=False),
    sa.Column('counted', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'replay_id', 'cell', name=op.f('pk_replay_counts'))
    )
    op.create_index('ix_replay_counts_quarter_from', 'replay_counts', ['tenant_id', 'quarter_from'], unique=False)
    op.create_table('review_decisions',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.Enum('GRANTED', 'DECLINED', 'REFUSED', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('terms', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('upheld_by', sa.Uuid(), nullable=True),
    sa.Column('check_reason', sa.Text(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_number', sa.BigInteger(), nullable=True),
    sa.Column('reviewed_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(checked_by is null) = (checked_at is null) and (upheld_by is null or upheld_by = checked_by)', name=op.f('ck_review_decisions_checked')),
    sa.CheckConstraint('(round = 2) = (reviewed_by is not null and reviewed_number is not null)', name=op.f('ck_review_decisions_reviews')),
    sa.CheckConstraint('checked_by <> decided_by and checked_by <> filed_by', name=op.f('ck_review_decisions_checked_by_another')),
    sa.CheckConstraint('decided_by <> filed_by', name=op.f('ck_review_decisions_not_his_own')),
    sa.CheckConstraint('decided_by <> reviewed_by', name=op.f('ck_review_decisions_decided_anew_by_another')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_review_decisions_number')),
    sa.CheckConstraint('round in (1, 2)', name=op.f('ck_review_decisions_round')),
    sa.ForeignKeyConstraint(['subject_id', 'case_id', 'reviewed_number', 'reviewed_by'], ['review_decisions.subject_id', 'review_decisions.case_id', 'review_decisions.number', 'review_decisions.decided_by'], name='fk_review_decisions_reviewed'),
    sa.PrimaryKeyConstraint('subject_id', 'case_id', 'number', name=op.f('pk_review_decisions')),
    sa.UniqueConstraint('subject_id', 'case_id', 'number', 'decided_by', 'upheld_by', name='uq_review_decisions_upheld'),
    sa.UniqueConstraint('subject_id', 'case_id', 'number', 'decided_by', name='uq_review_decisions_decider'),
    sa.UniqueConstraint('subject_id', 'case_id', 'number', 'round', 'filed_by', 'decided_by', 'outcome', name='uq_review_decisions_decided')
    )
    op.create_table('rural_area_counts',
    sa.Column('area_code', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('village', 'town', 'county', name='titlelevel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('rated_households', sa.Integer(), nullable=False),
    sa.Column('credit_households', sa.Integer(), nullable=False),
    sa.Column('entities', sa.Integer(), nullable=False),
    sa.Column('villages', sa.Integer(), nullable=False),
    sa.Column('credit_villages', sa.Integer(), nullable=False),
    sa.Column('point_villages', sa.Integer(), nullable=False),
    sa.Column('shop_villages', sa.Integer(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('credit_households <= rated_households', name=op.f('ck_rural_area_counts_credit_households')),
    sa.PrimaryKeyConstraint('area_code', name=op.f('pk_rural_area_counts'))
    )
    op.create_index('ix_rural_area_counts_level', 'rural_area_counts', ['level', 'area_code'], unique=False)
    op.create_table('rural_certificates',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rural_certificates'))
    )
    op.create_table('rural_cycles',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('household', 'family_farm', 'cooperative', 'agri_enterprise', 'large_grower', 'input_dealer', name='ruralkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('village_code', sa.Text(), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'VOTING', 'COMBINING', 'REVIEW', 'NOTICED', 'EFFECTIVE', 'CALLED_OFF', name='cyclestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=True),
    sa.Column('entries', sa.Integer(), nullable=True),
    sa.Column('closed_by', sa.Uuid(), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_provisional', sa.Boolean(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(ended_at is null) = (state <> 'CALLED_OFF')", name=op.f('ck_rural_cycles_ended')),
    sa.CheckConstraint("state not in ('NOTICED', 'EFFECTIVE') or (checked_by is not null and notice_ends_at > noticed_at)", name=op.f('ck_rural_cycles_noticed')),
    sa.CheckConstraint('checked_by <> closed_by', name=op.f('ck_rural_cycles_two_people')),
    sa.CheckConstraint('year between 2021 and 2200', name=op.f('ck_rural_cycles_year')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_rural_cycles'))
    )
    op.create_index('ix_rural_cycles_kind', 'rural_cycles', ['tenant_id', 'kind', 'id'], unique=False)
    op.create_index('ix_rural_cycles_state', 'rural_cycles', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_rural_cycles_village', 'rural_cycles', ['village_code', 'kind', 'state'], unique=False)
    op.create_index('ix_rural_cycles_working', 'rural_cycles', ['state'], unique=False, postgresql_where=sa.text("state in ('COMBINING', 'NOTICED')"))
    op.create_index('uq_rural_cycles_year', 'rural_cycles', ['tenant_id', 'kind', 'year'], unique=True, postgresql_where=sa.text("state <> 'CALLED_OFF'"))
    op.create_table('rural_hearings',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('household', 'family_farm', 'cooperative', 'agri_enterprise', 'large_grower', 'input_dealer', name='ruralkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('tier_before', sa.Text(), nullable=False),
    sa.Column('tier_proposed', sa.Text(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('open_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('open_provisional', sa.Boolean(), nullable=False),
    sa.Column('statement', sa.Text(), nullable=True),
    sa.Column('stated_by', sa.Uuid(), nullable=True),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lowered', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('carried_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(decided_at is null) = (lowered is null) and (decided_at is null) = (answer is null) and (decided_at is null) = (decided_by is null)', name=op.f('ck_rural_hearings_decided')),
    sa.CheckConstraint('(statement is null) = (stated_at is null)', name=op.f('ck_rural_hearings_statement')),
    sa.CheckConstraint('carried_out_at is null or decided_at is not null', name=op.f('ck_rural_hearings_carried_out')),
    sa.CheckConstraint('stated_at is not null or decided_at >= open_until', name=op.f('ck_rural_hearings_heard')),
    sa.PrimaryKeyConstraint('subject_id', 'entry_id', name=op.f('pk_rural_hearings'))
    )
    op.create_index('ix_rural_hearings_open', 'rural_hearings', ['open_until'], unique=False, postgresql_where=sa.text('carried_out_at is null'))
    op.create_table('rural_notices',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('lines', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(ended_at is null) = (lines is not null)', name=op.f('ck_rural_notices_lines')),
    sa.PrimaryKeyConstraint('tenant_id', 'cycle_id', name=op.f('pk_rural_notices'))
    )
    op.create_index('ix_rural_notices_running', 'rural_notices', ['ends_at'], unique=False, postgresql_where=sa.text('ended_at is null'))
    op.create_table('rural_reckonings',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('numbers', sa.ARRAY(sa.SmallInteger()), nullable=False),
    sa.Column('points', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('dimensions', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('panel_points', sa.Integer(), nullable=True),
    sa.Column('votes', sa.SmallInteger(), nullable=True),
    sa.Column('aspects', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint('(votes is null) = (aspects is null)', name=op.f('ck_rural_reckonings_aspects')),
    sa.CheckConstraint('votes is null or votes >= 5', name=op.f('ck_rural_reckonings_votes')),
    sa.PrimaryKeyConstraint('subject_id', 'entry_id', name=op.f('pk_rural_reckonings'))
    )
    op.create_table('rural_statements',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('item_code', sa.Text(), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('STATED', 'VERIFIED', 'REJECTED', name='statementstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('stated_by', sa.Uuid(), nullable=False),
    sa.Column('stated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('verified_by', sa.Uuid(), nullable=True),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('record_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(state = 'STATED') = (verified_at is null)", name=op.f('ck_rural_statements_verified')),
    sa.CheckConstraint('verified_by <> stated_by', name=op.f('ck_rural_statements_two_people')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_rural_statements'))
    )
    op.create_index('ix_rural_statements_state', 'rural_statements', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_rural_statements_subject_id', 'rural_statements', ['subject_id', 'id'], unique=False)
    op.create_table('rural_titles',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=False),
    sa.Column('level', sa.Enum('village', 'town', 'county', name='titlelevel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('figures', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'APPROVED', 'REJECTED', 'REVOKED', name='titlestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('revoked_by', sa.Uuid(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name=op.f('ck_rural_titles_decided')),
    sa.CheckConstraint("(state = 'REVOKED') = (revoked_at is not null)", name=op.f('ck_rural_titles_revoked')),
    sa.CheckConstraint('decided_by <> filed_by', name=op.f('ck_rural_titles_two_people')),
    sa.CheckConstraint('year between 2021 and 2200', name=op.f('ck_rural_titles_year')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rural_titles'))
    )
    op.create_index('ix_rural_titles_area', 'rural_titles', ['area_code', 'id'], unique=False)
    op.create_index('ix_rural_titles_level', 'rural_titles', ['level', 'year', 'state'], unique=False)
    op.create_index('ix_rural_titles_of_level', 'rural_titles', ['level', 'id'], unique=False)
    op.create_index('ix_rural_titles_state', 'rural_titles', ['state', 'id'], unique=False)
    op.create_index('uq_rural_titles_year', 'rural_titles', ['area_code', 'year'], unique=True, postgresql_where=sa.text("state in ('PROPOSED', 'APPROVED')"))
    op.create_table('sandbox_applicants',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('outcome', sa.Enum('ACCEPTS_AT_ONCE', 'FIRST_LOAN', 'RECORDS_WITH_PENALTY', 'ASKS_THE_POOL', 'REFUSES_CONSENT', 'REVOKES_AFTER_OFFER', 'WITHDRAWS', 'LETS_OFFER_LAPSE', 'NEVER_ANSWERS', 'MATCHES_NOTHING', name='sandboxoutcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('mandate_id', sa.Uuid(), nullable=False),
    sa.Column('steps_done', sa.BigInteger(), nullable=False),
    sa.Column('lead_number', sa.Text(), nullable=True),
    sa.Column('referral_id', sa.Uuid(), nullable=True),
    sa.Column('last_event', sa.Enum('SUBMIT_REQUEST', 'GIVE_CONSENT', 'REFUSE_CONSENT', 'REVOKE_CONSENT', 'ACCEPT_OFFER', 'WITHDRAW_REQUEST', 'LET_DEADLINE_LAPSE', 'MISS_INSTALMENT', name='sandboxevent', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('last_event_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_sandbox_applicants')),
    sa.UniqueConstraint('tenant_id', 'outcome', name=op.f('uq_sandbox_applicants_tenant_id_outcome'))
    )
    op.create_table('sandbox_clocks',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('ahead_s', sa.BigInteger(), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('ahead_s between 0 and 69120000', name=op.f('ck_sandbox_clocks_ahead')),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_sandbox_clocks'))
    )
    op.create_table('score_models',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('document', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'SIMULATED', 'APPROVED', 'ACTIVE', 'RETIRED', 'WITHDRAWN', name='modelstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('simulated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('simulation', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('approved_by', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('run_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(ended_at is not null) = (state in ('RETIRED', 'WITHDRAWN'))", name=op.f('ck_score_models_ended')),
    sa.CheckConstraint("state not in ('APPROVED', 'ACTIVE', 'RETIRED') or cardinality(approved_by) = 2", name=op.f('ck_score_models_approved_by_two')),
    sa.CheckConstraint('(simulated_at is null) = (simulation is null)', name=op.f('ck_score_models_simulation')),
    sa.CheckConstraint('cardinality(approved_by) < 2 or approved_by[1] <> approved_by[2]', name=op.f('ck_score_models_two_people')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_score_models_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_models'))
    )
    op.create_index('uq_score_models_active', 'score_models', ['code'], unique=True, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_index('uq_score_models_version', 'score_models', ['code', 'version'], unique=True)
    op.create_table('score_runs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('origin', sa.Enum('engine', 'city', name='tierorigin', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('subject_count', sa.BigInteger(), nullable=False),
    sa.Column('tiers', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint('subject_count >= 0', name=op.f('ck_score_runs_subject_count')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_runs'))
    )
    op.create_index('ix_score_runs_day', 'score_runs', ['model_id', 'as_of'], unique=False)
    op.create_table('score_tiers',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('model_code', sa.Text(), nullable=False),
    sa.Column('natural_person', sa.Boolean(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('origin', sa.Enum('engine', 'city', name='tierorigin', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('learned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', 'model_code', name=op.f('pk_score_tiers'))
    )
    op.create_table('scores',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('model_id', sa.Uuid(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('numbers', sa.ARRAY(sa.SmallInteger()), nullable=False),
    sa.Column('points', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('dimensions', sa.ARRAY(sa.Integer()), nullable=False),
    sa.PrimaryKeyConstraint('subject_id', 'run_id', name=op.f('pk_scores'))
    )
    op.create_index('ix_scores_as_of', 'scores', ['as_of'], unique=False, postgresql_using='brin')
    op.create_table('second_factors',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'staff_id', name=op.f('pk_second_factors'))
    )
    op.create_table('shop_budgets',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('year', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'CONFIRMED', 'DROPPED', name='budgetstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('transfer_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(state = 'CONFIRMED') = (transfer_id is not null)", name=op.f('ck_shop_budgets_transfer')),
    sa.CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name=op.f('ck_shop_budgets_decided')),
    sa.CheckConstraint("state <> 'CONFIRMED' or decided_by <> proposed_by", name=op.f('ck_shop_budgets_by_another')),
    sa.CheckConstraint('amount_fen between 1 and 1000000000', name=op.f('ck_shop_budgets_amount')),
    sa.CheckConstraint('length(source) between 2 and 60', name=op.f('ck_shop_budgets_source')),
    sa.CheckConstraint('year between 2020 and 2100', name=op.f('ck_shop_budgets_year')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_shop_budgets'))
    )
    op.create_index('ix_shop_budgets_year', 'shop_budgets', ['tenant_id', 'year', 'id'], unique=False)
    op.create_index('uq_shop_budgets_open', 'shop_budgets', ['tenant_id', 'year'], unique=True, postgresql_where=sa.text("state = 'PROPOSED'"))
    op.create_table('shop_goods',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('price_points', sa.BigInteger(), nullable=False),
    sa.Column('month_limit', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('OFFERED', 'WITHDRAWN', name='goodstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('template', sa.Text(), nullable=True),
    sa.Column('photo', sa.LargeBinary(), nullable=True),
    sa.Column('photo_sha256', sa.Text(), nullable=True),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(photo is null) = (photo_sha256 is null) and length(photo) <= 300000 and length(photo_sha256) = 64', name=op.f('ck_shop_goods_photo')),
    sa.CheckConstraint('length(name) between 1 and 40 and length(unit) between 1 and 8', name=op.f('ck_shop_goods_texts')),
    sa.CheckConstraint('month_limit between 1 and 1000', name=op.f('ck_shop_goods_month_limit')),
    sa.CheckConstraint('price_points between 1 and 100000', name=op.f('ck_shop_goods_price')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_shop_goods'))
    )
    op.create_index('uq_shop_goods_name', 'shop_goods', ['tenant_id', 'name'], unique=True)
    op.create_table('shop_months',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('households', sa.BigInteger(), nullable=False),
    sa.Column('opening_points', sa.BigInteger(), nullable=False),
    sa.Column('earned_points', sa.BigInteger(), nullable=False),
    sa.Column('lost_points', sa.BigInteger(), nullable=False),
    sa.Column('spent_points', sa.BigInteger(), nullable=False),
    sa.Column('closing_points', sa.BigInteger(), nullable=False),
    sa.Column('redemptions', sa.BigInteger(), nullable=False),
    sa.Column('closed_by', sa.Uuid(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('extract(day from month) = 1', name=op.f('ck_shop_months_first_day')),
    sa.CheckConstraint('opening_points + earned_points - lost_points - spent_points = closing_points', name=op.f('ck_shop_months_adds_up')),
    sa.PrimaryKeyConstraint('tenant_id', 'month', name=op.f('pk_shop_months'))
    )
    op.create_table('shop_terms',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('opens_on', sa.BigInteger(), nullable=False),
    sa.Column('closes_on', sa.BigInteger(), nullable=False),
    sa.Column('month_points', sa.BigInteger(), nullable=True),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('month_points between 1 and 100000', name=op.f('ck_shop_terms_month_points')),
    sa.CheckConstraint('opens_on between 1 and 31 and closes_on between opens_on and 31', name=op.f('ck_shop_terms_days')),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_shop_terms'))
    )
    op.create_table('signing_keys',
    sa.Column('kid', sa.Text(), nullable=False),
    sa.Column('row', sa.Uuid(), nullable=False),
    sa.Column('use', sa.Enum('token', 'artefact', name='keyuse', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('public_jwk', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('signs_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signs_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('kid', name=op.f('pk_signing_keys'))
    )
    op.create_table('source_qualities',
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('measured_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('batches', sa.BigInteger(), nullable=False),
    sa.Column('rows_read', sa.BigInteger(), nullable=False),
    sa.Column('rows_complete', sa.BigInteger(), nullable=False),
    sa.Column('rows_consistent', sa.BigInteger(), nullable=False),
    sa.Column('rows_timely', sa.BigInteger(), nullable=False),
    sa.Column('subjects_covered', sa.BigInteger(), nullable=False),
    sa.Column('subjects_total', sa.BigInteger(), nullable=False),
    sa.Column('persons_covered', sa.BigInteger(), nullable=False),
    sa.Column('persons_total', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('source', name=op.f('pk_source_qualities'))
    )
    op.create_table('staff',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_staff'))
    )
    op.create_table('staff_log_ins',
    sa.Column('login', sa.Text(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('password_set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('temporary', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('login', name=op.f('pk_staff_log_ins'))
    )
    op.create_index('ix_staff_log_ins_tenant_id', 'staff_log_ins', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('staged_persons',
    sa.Column('person', sa.BigInteger(), nullable=False),
    sa.Column('blind_index', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=True),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('(id is null) = (key_version is null)', name=op.f('ck_staged_persons_own')),
    sa.PrimaryKeyConstraint('person', 'blind_index', name=op.f('pk_staged_persons')),
    prefixes=['UNLOGGED']
    )
    op.create_table('staged_records',
    sa.Column('line', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person', sa.BigInteger(), nullable=True),
    sa.Column('uscc', sa.Text(), nullable=True),
    sa.Column('item_code', sa.Text(), nullable=False),
    sa.Column('source_ref', sa.Text(), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('published_until', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('polarity', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=True),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint('(person is null) <> (uscc is null)', name=op.f('ck_staged_records_subject')),
    sa.PrimaryKeyConstraint('line', name=op.f('pk_staged_records')),
    prefixes=['UNLOGGED']
    )
    op.create_index('ix_staged_records_person', 'staged_records', ['person'], unique=False, postgresql_where=sa.text('person is not null'))
    op.create_table('subject_doors',
    sa.Column('blind_index', sa.LargeBinary(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('blind_index', name=op.f('pk_subject_doors'))
    )
    op.create_index('ix_subject_doors_key_version', 'subject_doors', ['key_version'], unique=False, postgresql_where=sa.text('key_version is not null'))
    op.create_table('subjects',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('person', 'firm', 'sole_trader', 'household', 'family_farm', 'cooperative', 'agri_enterprise', name='subjectkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('name_pinyin', sa.Text(), nullable=False),
    sa.Column('uscc', sa.Text(), nullable=True),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('town_code', sa.Text(), nullable=True),
    sa.Column('industry', sa.Text(), nullable=True),
    sa.Column('registered_on', sa.Date(), nullable=True),
    sa.Column('found_wrong', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    sa.Column('sandbox_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'person') = (uscc is null)", name=op.f('ck_subjects_uscc')),
    sa.CheckConstraint("uscc is not null or found_wrong = '{}'", name=op.f('ck_subjects_found_wrong')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subjects')),
    sa.UniqueConstraint('sandbox_id', 'uscc', name=op.f('uq_subjects_sandbox_id_uscc'))
    )
    op.create_index('ix_subjects_place', 'subjects', ['county_code', 'industry'], unique=False)
    op.create_index('uq_subjects_uscc', 'subjects', ['uscc'], unique=True, postgresql_where=sa.text('sandbox_id is null'))
    op.create_table('tenant_events',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('object_id', sa.Uuid(), nullable=False),
    sa.Column('data', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_tenant_events')),
    sa.UniqueConstraint('tenant_id', 'position', name=op.f('uq_tenant_events_tenant_id_position'))
    )
    op.create_index('ix_tenant_events_id', 'tenant_events', ['id'], unique=False)
    op.create_index('ix_tenant_events_waiting', 'tenant_events', ['recorded_at'], unique=False, postgresql_where=sa.text('position is null'))
    op.create_table('tenants',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('operator', 'bank', 'merchant', 'attraction', 'village_grid', 'guarantor', name='tenantkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('short_name', sa.Text(), nullable=False),
    sa.Column('uscc', sa.Text(), nullable=False),
    sa.Column('contact', sa.Text(), nullable=False),
    sa.Column('area_code', sa.Text(), nullable=False),
    sa.Column('status', sa.Enum('ACTIVE', 'SUSPENDED', name='tenantstatus', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status_reason', sa.Text(), nullable=True),
    sa.Column('credit_licensed', sa.Boolean(), nullable=False),
    sa.Column('sandbox', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_factor_from', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("not sandbox or kind = 'bank'", name=op.f('ck_tenants_sandbox')),
    sa.CheckConstraint('length(name) between 2 and 120', name=op.f('ck_tenants_name')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tenants')),
    sa.UniqueConstraint('uscc', 'sandbox', name=op.f('uq_tenants_uscc_sandbox'))
    )
    op.create_table('used_assertions',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_used_assertions'))
    )
    op.create_index('ix_used_assertions_expires_at', 'used_assertions', ['expires_at'], unique=False)
    op.create_table('village_counts',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('grids', sa.Integer(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('ungridded', sa.Integer(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('linked', sa.Integer(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('least(grids, households, ungridded, persons, linked) >= 0', name=op.f('ck_village_counts_counts')),
    sa.CheckConstraint('linked <= persons and ungridded <= households', name=op.f('ck_village_counts_parts')),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_village_counts'))
    )
    op.create_table('village_grids',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('basic', 'special', name='gridkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('predecessors', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'ENDED', name='gridstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('merged_into', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'special') = (right(code, 3) > '900')", name=op.f('ck_village_grids_kind')),
    sa.CheckConstraint("(state = 'ENDED') = (valid_until is not null)", name=op.f('ck_village_grids_ended')),
    sa.CheckConstraint("code ~ '^[0-9]{15}$' and right(code, 3) <> '000'", name=op.f('ck_village_grids_code')),
    sa.CheckConstraint("right(code, 3) <> '900'", name=op.f('ck_village_grids_between')),
    sa.CheckConstraint('length(name) between 1 and 40', name=op.f('ck_village_grids_name')),
    sa.CheckConstraint('valid_until >= valid_from', name=op.f('ck_village_grids_period')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_village_grids'))
    )
    op.create_index('uq_village_grids_code', 'village_grids', ['tenant_id', 'code'], unique=True, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_table('village_mergers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('from_tenant_id', sa.Uuid(), nullable=False),
    sa.Column('into_tenant_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'DECLINED', 'APPROVED', 'CARRIED_OUT', name='mergerstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('carried_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('households', sa.Integer(), nullable=True),
    sa.Column('persons', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'CARRIED_OUT') = (carried_out_at is not null)", name=op.f('ck_village_mergers_done')),
    sa.CheckConstraint("(state = 'PROPOSED') = (decided_at is null)", name=op.f('ck_village_mergers_decided')),
    sa.CheckConstraint('decided_by <> proposed_by', name=op.f('ck_village_mergers_two_people')),
    sa.CheckConstraint('from_tenant_id <> into_tenant_id', name=op.f('ck_village_mergers_two_villages')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_village_mergers'))
    )
    op.create_index('ix_village_mergers_into', 'village_mergers', ['into_tenant_id'], unique=False)
    op.create_index('uq_village_mergers_open', 'village_mergers', ['from_tenant_id'], unique=True, postgresql_where=sa.text("state in ('PROPOSED', 'APPROVED')"))
    op.create_table('villages',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('town_code', sa.Text(), nullable=False),
    sa.Column('former_codes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'MERGED', name='villagestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('merged_into', sa.Uuid(), nullable=True),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_serial', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'MERGED') = (merged_into is not null)", name=op.f('ck_villages_merged')),
    sa.CheckConstraint("code ~ '^[0-9]{12}$'", name=op.f('ck_villages_code')),
    sa.CheckConstraint('(merged_into is null) = (merged_at is null)', name=op.f('ck_villages_merged_at')),
    sa.CheckConstraint('merged_into <> tenant_id', name=op.f('ck_villages_into_another')),
    sa.CheckConstraint('next_serial >= 0', name=op.f('ck_villages_next_serial')),
    sa.CheckConstraint('town_code = left(code, 9)', name=op.f('ck_villages_town')),
    sa.PrimaryKeyConstraint('tenant_id', name=op.f('pk_villages'))
    )
    op.create_index('ix_villages_town_code', 'villages', ['town_code', 'code'], unique=False)
    op.create_index('uq_villages_code', 'villages', ['code'], unique=True, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_table('warning_rule_figures',
    sa.Column('rule_set_id', sa.Uuid(), nullable=False),
    sa.Column('rule_code', sa.Text(), nullable=False),
    sa.Column('raised', sa.BigInteger(), nullable=False),
    sa.Column('open', sa.BigInteger(), nullable=False),
    sa.Column('acted', sa.BigInteger(), nullable=False),
    sa.Column('false_alarms', sa.BigInteger(), nullable=False),
    sa.Column('lapsed', sa.BigInteger(), nullable=False),
    sa.Column('withdrawn', sa.BigInteger(), nullable=False),
    sa.Column('hits', sa.BigInteger(), nullable=False),
    sa.Column('judged', sa.BigInteger(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('rule_set_id', 'rule_code', name=op.f('pk_warning_rule_figures'))
    )
    op.create_table('warning_rule_sets',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('document', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'ACTIVE', 'RETIRED', 'WITHDRAWN', name='rulesetstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('activated_by', sa.Uuid(), nullable=True),
    sa.Column('activated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(ended_at is not null) = (state in ('RETIRED', 'WITHDRAWN'))", name=op.f('ck_warning_rule_sets_ended')),
    sa.CheckConstraint("(state in ('ACTIVE', 'RETIRED')) = (activated_by is not null and activated_at is not null)", name=op.f('ck_warning_rule_sets_activated')),
    sa.CheckConstraint('activated_by <> drafted_by', name=op.f('ck_warning_rule_sets_two_people')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_warning_rule_sets_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_warning_rule_sets'))
    )
    op.create_index('uq_warning_rule_sets_active', 'warning_rule_sets', ['state'], unique=True, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_index('uq_warning_rule_sets_version', 'warning_rule_sets', ['version'], unique=True)
    op.create_table('watched_grades',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('model_code', sa.Text(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('tenant_id', 'loan_id', 'model_code', name=op.f('pk_watched_grades'))
    )
    op.create_table('webhook_endpoints',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('event_types', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'PAUSED', 'BROKEN', name='endpointstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state_reason', sa.Text(), nullable=True),
    sa.Column('secret_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('previous_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('previous_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_success_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(previous_sealed is null) = (previous_until is null)', name=op.f('ck_webhook_endpoints_previous_secret')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_webhook_endpoints'))
    )
    op.create_index('ix_webhook_endpoints_due', 'webhook_endpoints', ['due_at'], unique=False, postgresql_where=sa.text("due_at is not null and state <> 'PAUSED'"))
    op.create_table('wechat_accounts',
    sa.Column('openid', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('openid', name=op.f('pk_wechat_accounts'))
    )
    op.create_index('ix_wechat_accounts_person_id', 'wechat_accounts', ['person_id'], unique=False)
    op.create_table('attachments',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('business_licence', 'financial_statement', 'tax_certificate', 'account_statement', 'sales_contract', 'land_contract', 'collateral_title', 'guarantee_letter', 'other', name='attachmentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(erased_at is null) = (content is not null)', name=op.f('ck_attachments_erased')),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_attachments_content')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_attachments_sha256')),
    sa.CheckConstraint('size_bytes > 0', name=op.f('ck_attachments_size')),
    sa.ForeignKeyConstraint(['subject_id', 'request_id'], ['loan_requests.subject_id', 'loan_requests.id'], name=op.f('fk_attachments_subject_id_request_id')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_attachments'))
    )
    op.create_index('ix_attachments_of_request', 'attachments', ['request_id', 'id'], unique=False)
    op.create_index('ix_attachments_request_id', 'attachments', ['subject_id', 'request_id', 'id'], unique=False)
    op.create_table('bank_ledger_differences',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('measure', sa.Enum('outstanding', 'overdue_days', 'repaid', 'filed', 'compensated', 'recovered', name='measure', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('contract_number', sa.Text(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=True),
    sa.Column('theirs', sa.BigInteger(), nullable=True),
    sa.Column('ours', sa.BigInteger(), nullable=True),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("operator_id is null or measure in ('filed', 'compensated', 'recovered')", name=op.f('ck_bank_ledger_differences_of_pools')),
    sa.CheckConstraint('theirs is distinct from ours', name=op.f('ck_bank_ledger_differences_differs')),
    sa.ForeignKeyConstraint(['tenant_id', 'day', 'measure'], ['bank_ledger_days.tenant_id', 'bank_ledger_days.day', 'bank_ledger_days.measure'], name=op.f('fk_bank_ledger_differences_tenant_id_day_measure')),
    sa.PrimaryKeyConstraint('tenant_id', 'day', 'measure', 'contract_number', name=op.f('pk_bank_ledger_differences'))
    )
    op.create_index('ix_bank_ledger_differences_operator_id', 'bank_ledger_differences', ['operator_id', 'day'], unique=False)
    op.create_table('credit_round_members',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('CONSENTED', 'NOTICED', 'NOT_OFFERED', 'OBJECTED', 'ACTIVE', 'ENDED', 'LEFT', name='memberstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tier', sa.Text(), nullable=True),
    sa.Column('line_fen', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('objection', sa.Text(), nullable=True),
    sa.Column('objected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told', sa.Text(), nullable=True),
    sa.CheckConstraint("state <> 'ACTIVE' or expires_on > starts_on", name=op.f('ck_credit_round_members_active')),
    sa.CheckConstraint("state <> 'LEFT' or (line_fen is null and tier is null)", name=op.f('ck_credit_round_members_left')),
    sa.CheckConstraint("state not in ('NOTICED', 'ACTIVE') or (line_fen is not null and decided_by is not null)", name=op.f('ck_credit_round_members_lined')),
    sa.CheckConstraint('answered_by <> decided_by', name=op.f('ck_credit_round_members_two_people')),
    sa.CheckConstraint('length(label) <= 80', name=op.f('ck_credit_round_members_label')),
    sa.CheckConstraint('line_fen between 1000000 and 30000000', name=op.f('ck_credit_round_members_line')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_credit_round_members_number')),
    sa.ForeignKeyConstraint(['tenant_id', 'round_id'], ['credit_rounds.tenant_id', 'credit_rounds.id'], name=op.f('fk_credit_round_members_tenant_id_round_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_credit_round_members'))
    )
    op.create_index('ix_credit_round_members_round', 'credit_round_members', ['tenant_id', 'round_id', 'state', 'id'], unique=False)
    op.create_index('ix_credit_round_members_running', 'credit_round_members', ['state'], unique=False, postgresql_where=sa.text("state in ('NOTICED', 'ACTIVE')"))
    op.create_index('ix_credit_round_members_state', 'credit_round_members', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_credit_round_members_subject_id', 'credit_round_members', ['subject_id', 'id'], unique=False)
    op.create_index('uq_credit_round_members_subject', 'credit_round_members', ['tenant_id', 'round_id', 'subject_id'], unique=True, postgresql_where=sa.text("state not in ('LEFT', 'ENDED')"))
    op.create_table('credit_round_notices',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('round_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('numbers', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('cardinality(numbers) >= 1', name=op.f('ck_credit_round_notices_numbers')),
    sa.CheckConstraint('ends_at > begins_at', name=op.f('ck_credit_round_notices_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'round_id'], ['credit_rounds.tenant_id', 'credit_rounds.id'], name=op.f('fk_credit_round_notices_tenant_id_round_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_credit_round_notices'))
    )
    op.create_index('ix_credit_round_notices_round', 'credit_round_notices', ['round_id', 'ends_at'], unique=False)
    op.create_table('declared_disasters',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('weather', sa.Enum('TYPHOON', 'RAINSTORM', 'SNOWSTORM', 'COLD_WAVE', 'GALE', 'LOW_TEMPERATURE', 'HIGH_TEMPERATURE', 'DROUGHT', 'LIGHTNING', 'HAIL', 'FROST', 'FOG', name='weather', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('authority', sa.Text(), nullable=False),
    sa.Column('document_number', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('areas', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('categories', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('DECLARED', 'WITHDRAWN', 'REJECTED', 'CONFIRMED', 'REVOKED', name='disasterstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('declared_by', sa.Uuid(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('revoked_by', sa.Uuid(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_reason', sa.Text(), nullable=True),
    sa.Column('notice_id', sa.Uuid(), nullable=True),
    sa.Column('renewals_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('loans', sa.Integer(), nullable=True),
    sa.Column('agreed', sa.Integer(), nullable=True),
    sa.Column('declined', sa.Integer(), nullable=True),
    sa.Column('renewed', sa.Integer(), nullable=True),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'REVOKED') = (revoked_at is not null) and (revoked_at is null) = (revoked_by is null) and (revoked_at is null) = (revoked_reason is null)", name=op.f('ck_declared_disasters_revoked')),
    sa.CheckConstraint("(state in ('DECLARED', 'WITHDRAWN')) = (decided_by is null)", name=op.f('ck_declared_disasters_decided')),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_declared_disasters_content')),
    sa.CheckConstraint('cardinality(areas) >= 1', name=op.f('ck_declared_disasters_areas')),
    sa.CheckConstraint('cardinality(categories) >= 1', name=op.f('ck_declared_disasters_categories')),
    sa.CheckConstraint('decided_by <> declared_by', name=op.f('ck_declared_disasters_two_people')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_declared_disasters_sha256')),
    sa.CheckConstraint('to_on >= from_on', name=op.f('ck_declared_disasters_period')),
    sa.ForeignKeyConstraint(['notice_id'], ['disaster_notices.id'], name=op.f('fk_declared_disasters_notice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declared_disasters'))
    )
    op.create_index('ix_declared_disasters_counted', 'declared_disasters', ['counted_at'], unique=False, postgresql_where=sa.text('renewals_at is not null'))
    op.create_table('grid_capture_items',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('capture_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('create', 'update', 'withdraw', name='itemkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('trunk_version', sa.BigInteger(), nullable=False),
    sa.Column('branch_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('captured_by', sa.Uuid(), nullable=False),
    sa.Column('captured_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verdict', sa.Enum('accepted', 'conflict', 'held', 'refused', name='itemverdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=True),
    sa.Column('open_fields', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('code', sa.Text(), nullable=True),
    sa.Column('reason_zh', sa.Text(), nullable=True),
    sa.Column('reason_en', sa.Text(), nullable=True),
    sa.Column('forced_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(verdict = 'refused') = (code is not null) and (code is null) = (reason_zh is null) and (code is null) = (reason_en is null)", name=op.f('ck_grid_capture_items_refused')),
    sa.CheckConstraint("kind <> 'create' or trunk_version = 0 and position = 1", name=op.f('ck_grid_capture_items_create')),
    sa.CheckConstraint('(settled_at is null) = (settled_by is null)', name=op.f('ck_grid_capture_items_settled')),
    sa.CheckConstraint('length(content_hash) = 64', name=op.f('ck_grid_capture_items_content_hash')),
    sa.CheckConstraint('position >= 1 and trunk_version >= 0', name=op.f('ck_grid_capture_items_place')),
    sa.ForeignKeyConstraint(['tenant_id', 'device_id'], ['grid_devices.tenant_id', 'grid_devices.id'], name=op.f('fk_grid_capture_items_tenant_id_device_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_capture_items'))
    )
    op.create_index('ix_grid_capture_items_conflict', 'grid_capture_items', ['tenant_id', 'id'], unique=False, postgresql_where=sa.text("verdict = 'conflict' and settled_at is null"))
    op.create_index('ix_grid_capture_items_staff', 'grid_capture_items', ['tenant_id', 'captured_by', 'verdict'], unique=False)
    op.create_index('uq_grid_capture_items_place', 'grid_capture_items', ['tenant_id', 'capture_id', 'branch_id', 'position'], unique=True)
    op.create_table('grid_capture_versions',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('capture_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('content', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('item_id', sa.Uuid(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'capture_id'], ['grid_captures.tenant_id', 'grid_captures.id'], name=op.f('fk_grid_capture_versions_tenant_id_capture_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'capture_id', 'version', name=op.f('pk_grid_capture_versions'))
    )
    op.create_table('grid_notice_pages',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('token', sa.Text(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(token) between 20 and 40', name=op.f('ck_grid_notice_pages_token')),
    sa.ForeignKeyConstraint(['tenant_id', 'notice_id'], ['grid_notices.tenant_id', 'grid_notices.id'], name=op.f('fk_grid_notice_pages_tenant_id_notice_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'token', name=op.f('pk_grid_notice_pages'))
    )
    op.create_index('uq_grid_notice_pages_notice', 'grid_notice_pages', ['tenant_id', 'notice_id'], unique=True)
    op.create_index('uq_grid_notice_pages_token', 'grid_notice_pages', ['token'], unique=True)
    op.create_table('grid_photo_pieces',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('upload_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_grid_photo_pieces_erased')),
    sa.ForeignKeyConstraint(['tenant_id', 'upload_id'], ['grid_photo_uploads.tenant_id', 'grid_photo_uploads.id'], name=op.f('fk_grid_photo_pieces_tenant_id_upload_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_photo_pieces'))
    )
    op.create_index('uq_grid_photo_pieces_place', 'grid_photo_pieces', ['tenant_id', 'upload_id', 'starts_at'], unique=True)
    op.create_table('grid_workers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('grid_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_before', sa.Date(), nullable=True),
    sa.Column('assigned_by', sa.Uuid(), nullable=True),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('ends_before >= starts_on', name=op.f('ck_grid_workers_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'grid_id'], ['village_grids.tenant_id', 'village_grids.id'], name=op.f('fk_grid_workers_tenant_id_grid_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'staff_id'], ['staff.tenant_id', 'staff.id'], name=op.f('fk_grid_workers_tenant_id_staff_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_workers'))
    )
    op.create_index('ix_grid_workers_staff_id', 'grid_workers', ['tenant_id', 'staff_id'], unique=False)
    op.create_index('uq_grid_workers_live', 'grid_workers', ['tenant_id', 'grid_id', 'staff_id'], unique=True, postgresql_where=sa.text('ends_before is null'))
    op.create_table('group_exemptions',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('record_id', sa.Uuid(), nullable=False),
    sa.Column('notice_id', sa.Uuid(), nullable=False),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('exempted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_told_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('ended_at is not null or end_told_at is null', name=op.f('ck_group_exemptions_told')),
    sa.ForeignKeyConstraint(['notice_id'], ['disaster_notices.id'], name=op.f('fk_group_exemptions_notice_id')),
    sa.ForeignKeyConstraint(['subject_id', 'record_id'], ['credit_records.subject_id', 'credit_records.id'], name=op.f('fk_group_exemptions_subject_id_record_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subject_id', 'record_id', 'notice_id', name=op.f('pk_group_exemptions'))
    )
    op.create_index('ix_group_exemptions_live', 'group_exemptions', ['notice_id', 'subject_id'], unique=False, postgresql_where=sa.text('ended_at is null'))
    op.create_index('ix_group_exemptions_untold', 'group_exemptions', ['notice_id', 'subject_id'], unique=False, postgresql_where=sa.text('told_at is null or ended_at is not null and end_told_at is null'))
    op.create_table('guarantor_limits',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('guarantor_id', sa.Uuid(), nullable=False),
    sa.Column('form', sa.Enum('guarantee_company', 'insurer', name='guarantorform', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('net_assets_fen', sa.BigInteger(), nullable=False),
    sa.Column('multiple', sa.BigInteger(), nullable=False),
    sa.Column('client_bps', sa.BigInteger(), nullable=False),
    sa.Column('committed_id', sa.Uuid(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('client_bps between 1 and 1000', name=op.f('ck_guarantor_limits_client')),
    sa.CheckConstraint('multiple between 1 and 15', name=op.f('ck_guarantor_limits_multiple')),
    sa.CheckConstraint('net_assets_fen > 0', name=op.f('ck_guarantor_limits_net_assets')),
    sa.ForeignKeyConstraint(['tenant_id', 'committed_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_guarantor_limits_tenant_id_committed_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'guarantor_id', name=op.f('pk_guarantor_limits'))
    )
    op.create_index('uq_guarantor_limits_guarantor_id', 'guarantor_limits', ['guarantor_id'], unique=True)
    op.create_table('households',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('group_name', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('grid_id', sa.Uuid(), nullable=True),
    sa.Column('head_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Enum('ACTIVE', 'MOVED_AWAY', 'MERGED', 'TRANSFERRED', name='householdstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('merged_into', sa.Uuid(), nullable=True),
    sa.Column('split_from', sa.Uuid(), nullable=True),
    sa.Column('came_from', sa.Uuid(), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('register_number', sa.Text(), nullable=True),
    sa.Column('linked_by', sa.Uuid(), nullable=True),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_version', sa.Text(), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'ACTIVE') = (ended_at is null)", name=op.f('ck_households_ended')),
    sa.CheckConstraint("state <> 'MERGED' or merged_into is not null", name=op.f('ck_households_merged')),
    sa.CheckConstraint('(subject_id is null) = (register_number is null) and (subject_id is null) = (linked_by is null) and (subject_id is null) = (linked_at is null) and (subject_id is null) = (notice_version is null)', name=op.f('ck_households_linked')),
    sa.CheckConstraint('length(group_name) <= 20 and length(address) <= 80', name=op.f('ck_households_texts')),
    sa.CheckConstraint('length(number) between 1 and 40', name=op.f('ck_households_number')),
    sa.ForeignKeyConstraint(['tenant_id', 'grid_id'], ['village_grids.tenant_id', 'village_grids.id'], name=op.f('fk_households_tenant_id_grid_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_households'))
    )
    op.create_index('ix_households_grid_id', 'households', ['tenant_id', 'grid_id', 'id'], unique=False)
    op.create_index('ix_households_group_name', 'households', ['tenant_id', 'group_name', 'id'], unique=False)
    op.create_index('ix_households_state', 'households', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_households_subject_id', 'households', ['subject_id'], unique=False, postgresql_where=sa.text('subject_id is not null'))
    op.create_index('uq_households_number', 'households', ['tenant_id', 'number'], unique=True)
    op.create_table('incentive_awards',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('run_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('quarter', sa.Date(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('places', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reversed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("jsonb_typeof(places) = 'array'", name=op.f('ck_incentive_awards_places')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_incentive_awards_amount')),
    sa.CheckConstraint('reversed_at is null or posted_at is not null', name=op.f('ck_incentive_awards_reversed')),
    sa.ForeignKeyConstraint(['tenant_id', 'run_id'], ['incentive_runs.tenant_id', 'incentive_runs.id'], name=op.f('fk_incentive_awards_tenant_id_run_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_incentive_awards'))
    )
    op.create_index('ix_incentive_awards_bank', 'incentive_awards', ['bank_id', 'id'], unique=False)
    op.create_index('uq_incentive_awards_bank_id', 'incentive_awards', ['tenant_id', 'run_id', 'bank_id'], unique=True)
    op.create_table('league_lines',
    sa.Column('quarter', sa.Date(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('measure', sa.Enum('pick_up', 'on_time_contact', 'decision_days', 'first_loan', 'credit_loan', 'rate', 'overdue', name='measure', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('table_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('numerator', sa.BigInteger(), nullable=False),
    sa.Column('denominator', sa.BigInteger(), nullable=False),
    sa.Column('cases', sa.BigInteger(), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=True),
    sa.Column('place', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("measure in ('decision_days', 'rate') or numerator <= denominator", name=op.f('ck_league_lines_shares')),
    sa.CheckConstraint('(value is null) = (denominator = 0)', name=op.f('ck_league_lines_value')),
    sa.CheckConstraint('least(numerator, denominator, cases) >= 0', name=op.f('ck_league_lines_counts')),
    sa.CheckConstraint('place is null or place >= 1 and value is not null', name=op.f('ck_league_lines_place')),
    sa.ForeignKeyConstraint(['quarter', 'version'], ['league_tables.quarter', 'league_tables.version'], name=op.f('fk_league_lines_quarter_version')),
    sa.ForeignKeyConstraint(['table_id'], ['league_tables.id'], name=op.f('fk_league_lines_table_id')),
    sa.PrimaryKeyConstraint('quarter', 'version', 'tenant_id', 'measure', name=op.f('pk_league_lines'))
    )
    op.create_index('ix_league_lines_measure', 'league_lines', ['tenant_id', 'measure', 'id'], unique=False)
    op.create_index('ix_league_lines_table_id', 'league_lines', ['table_id', 'id'], unique=False)
    op.create_index('ix_league_lines_tenant_id', 'league_lines', ['tenant_id', 'id'], unique=False)
    op.create_index('uq_league_lines_id', 'league_lines', ['id'], unique=True)
    op.create_table('ledger_transfers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('debit_account_id', sa.Uuid(), nullable=False),
    sa.Column('credit_account_id', sa.Uuid(), nullable=False),
    sa.Column('asset', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('phase', sa.Enum('SINGLE', 'PENDING', 'POSTED', 'VOIDED', 'EXPIRED', name='phase', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('pending_id', sa.Uuid(), nullable=True),
    sa.Column('pending_amount', sa.BigInteger(), nullable=True),
    sa.Column('reverses_id', sa.Uuid(), nullable=True),
    sa.Column('chain_id', sa.Uuid(), nullable=False),
    sa.CheckConstraint("(pending_id is not null) = (phase in ('POSTED', 'VOIDED', 'EXPIRED')) and (pending_id is null) = (pending_amount is null)", name=op.f('ck_ledger_transfers_resolving')),
    sa.CheckConstraint("expires_at is null or phase = 'PENDING'", name=op.f('ck_ledger_transfers_expiring')),
    sa.CheckConstraint("phase not in ('VOIDED', 'EXPIRED') or amount = pending_amount", name=op.f('ck_ledger_transfers_released_whole')),
    sa.CheckConstraint("reverses_id is null or phase = 'SINGLE'", name=op.f('ck_ledger_transfers_reversing')),
    sa.CheckConstraint('amount <= pending_amount', name=op.f('ck_ledger_transfers_within_hold')),
    sa.CheckConstraint('amount between 1 and 10000000000000', name=op.f('ck_ledger_transfers_amount')),
    sa.CheckConstraint('debit_account_id <> credit_account_id', name=op.f('ck_ledger_transfers_two_accounts')),
    sa.CheckConstraint('effective_at <= recorded_at', name=op.f('ck_ledger_transfers_not_ahead')),
    sa.ForeignKeyConstraint(['tenant_id', 'credit_account_id', 'asset'], ['ledger_accounts.tenant_id', 'ledger_accounts.id', 'ledger_accounts.asset'], name=op.f('fk_ledger_transfers_tenant_id_credit_account_id_asset')),
    sa.ForeignKeyConstraint(['tenant_id', 'debit_account_id', 'asset'], ['ledger_accounts.tenant_id', 'ledger_accounts.id', 'ledger_accounts.asset'], name=op.f('fk_ledger_transfers_tenant_id_debit_account_id_asset')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_ledger_transfers'))
    )
    op.create_index('ix_ledger_transfers_credit', 'ledger_transfers', ['tenant_id', 'credit_account_id', 'recorded_at'], unique=False)
    op.create_index('ix_ledger_transfers_debit', 'ledger_transfers', ['tenant_id', 'debit_account_id', 'recorded_at'], unique=False)
    op.create_index('uq_ledger_transfers_pending_id', 'ledger_transfers', ['tenant_id', 'pending_id'], unique=True, postgresql_where=sa.text('pending_id is not null'))
    op.create_index('uq_ledger_transfers_reverses_id', 'ledger_transfers', ['tenant_id', 'reverses_id'], unique=True, postgresql_where=sa.text('reverses_id is not null'))
    op.create_table('memberships',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('branch_id', sa.Uuid(), nullable=True),
    sa.Column('area_codes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'branch_id'], ['branches.tenant_id', 'branches.id'], name=op.f('fk_memberships_tenant_id_branch_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'staff_id'], ['staff.tenant_id', 'staff.id'], name=op.f('fk_memberships_tenant_id_staff_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_memberships'))
    )
    op.create_index('ix_memberships_staff_id', 'memberships', ['tenant_id', 'staff_id'], unique=False)
    op.create_table('order_authorisations',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('APPLIED', 'WAITING', 'AVAILABLE', 'ENDING', 'REFUSED', 'ENDED', name='authorisationstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('call_up', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('rejection', sa.Text(), nullable=True),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by', sa.Uuid(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state in ('REFUSED', 'ENDED')) = (ended_at is not null)", name=op.f('ck_order_authorisations_ended')),
    sa.CheckConstraint("code ~ '^[0-9A-Za-z_|*-]{1,32}$'", name=op.f('ck_order_authorisations_code')),
    sa.CheckConstraint("state <> 'ENDING' or reason is not null", name=op.f('ck_order_authorisations_reason')),
    sa.CheckConstraint("state not in ('AVAILABLE', 'ENDING') or opened_at is not null", name=op.f('ck_order_authorisations_opened')),
    sa.ForeignKeyConstraint(['tenant_id', 'service_id'], ['order_services.tenant_id', 'order_services.id'], name=op.f('fk_order_authorisations_tenant_id_service_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_order_authorisations')),
    sa.UniqueConstraint('tenant_id', 'code', name=op.f('uq_order_authorisations_tenant_id_code'))
    )
    op.create_index('ix_order_authorisations_state', 'order_authorisations', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('order_bill_gaps',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('bill_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('UNKNOWN_HERE', 'NOT_SETTLED_HERE', 'AMOUNT_DIFFERS', 'MISSING_THERE', name='billgap', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('refund', sa.Boolean(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('transaction_id', sa.Text(), nullable=True),
    sa.Column('bill_fen', sa.BigInteger(), nullable=True),
    sa.Column('here_fen', sa.BigInteger(), nullable=True),
    sa.Column('found', sa.Text(), nullable=True),
    sa.Column('found_by', sa.Uuid(), nullable=True),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('num_nonnulls(bill_fen, here_fen) > 0', name=op.f('ck_order_bill_gaps_amounts')),
    sa.CheckConstraint('num_nulls(found, found_by, found_at) in (0, 3)', name=op.f('ck_order_bill_gaps_found')),
    sa.ForeignKeyConstraint(['tenant_id', 'bill_id'], ['order_bills.tenant_id', 'order_bills.id'], name=op.f('fk_order_bill_gaps_tenant_id_bill_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_order_bill_gaps'))
    )
    op.create_index('ix_order_bill_gaps_bill_id', 'order_bill_gaps', ['tenant_id', 'bill_id', 'id'], unique=False)
    op.create_table('perk_covers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('funder', sa.Enum('merchant', 'city', 'sponsor', name='funderkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('funder_name', sa.Text(), nullable=False),
    sa.Column('merchant_id', sa.Uuid(), nullable=True),
    sa.Column('programme_id', sa.Uuid(), nullable=True),
    sa.Column('per_claim_fen', sa.BigInteger(), nullable=False),
    sa.Column('merchant_year_fen', sa.BigInteger(), nullable=False),
    sa.Column('wait_days', sa.Integer(), nullable=False),
    sa.Column('within_days', sa.Integer(), nullable=False),
    sa.Column('custody_id', sa.Uuid(), nullable=False),
    sa.Column('put_in_id', sa.Uuid(), nullable=False),
    sa.Column('paid_id', sa.Uuid(), nullable=False),
    sa.Column('recovered_id', sa.Uuid(), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("funder <> 'merchant'", name=op.f('ck_perk_covers_funded_by_another')),
    sa.CheckConstraint('(merchant_id is null) = (programme_id is null)', name=op.f('ck_perk_covers_programme')),
    sa.CheckConstraint('per_claim_fen > 0 and merchant_year_fen >= per_claim_fen', name=op.f('ck_perk_covers_caps')),
    sa.CheckConstraint('wait_days between 1 and 365 and within_days between 1 and 365', name=op.f('ck_perk_covers_days')),
    sa.ForeignKeyConstraint(['merchant_id', 'programme_id'], ['perk_programmes.tenant_id', 'perk_programmes.id'], name=op.f('fk_perk_covers_merchant_id_programme_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_covers'))
    )
    op.create_index('uq_perk_covers_open', 'perk_covers', ['funder', 'funder_name', 'merchant_id', 'programme_id'], unique=True, postgresql_nulls_not_distinct=True, postgresql_where=sa.text('closed_at is null'))
    op.create_table('perk_redemptions',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('handle', sa.Text(), nullable=True),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('benefit', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('HELD', 'GRANTED', 'COMPLETED', 'ROLLED_BACK', 'EXPIRED', name='redemptionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('uses_allowed', sa.Integer(), nullable=False),
    sa.Column('value_fen', sa.BigInteger(), nullable=False),
    sa.Column('used_value_fen', sa.BigInteger(), nullable=False),
    sa.Column('stock_hold_id', sa.Uuid(), nullable=True),
    sa.Column('budget_hold_id', sa.Uuid(), nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_by', sa.Uuid(), nullable=True),
    sa.Column('granted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('use_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(state in ('HELD', 'GRANTED')) = (ended_at is null)", name=op.f('ck_perk_redemptions_ended')),
    sa.CheckConstraint("granted_at is not null or state in ('HELD', 'ROLLED_BACK', 'EXPIRED')", name=op.f('ck_perk_redemptions_granted')),
    sa.CheckConstraint("state <> 'COMPLETED' or uses > 0", name=op.f('ck_perk_redemptions_completed')),
    sa.CheckConstraint("state not in ('ROLLED_BACK', 'EXPIRED') or uses = 0", name=op.f('ck_perk_redemptions_nothing_used')),
    sa.CheckConstraint('held_until > held_at', name=op.f('ck_perk_redemptions_held')),
    sa.CheckConstraint('persons >= 1 and uses_allowed >= persons', name=op.f('ck_perk_redemptions_persons')),
    sa.CheckConstraint('used_value_fen between 0 and value_fen', name=op.f('ck_perk_redemptions_value')),
    sa.CheckConstraint('uses between 0 and uses_allowed', name=op.f('ck_perk_redemptions_uses')),
    sa.ForeignKeyConstraint(['tenant_id', 'programme_id'], ['perk_programmes.tenant_id', 'perk_programmes.id'], name=op.f('fk_perk_redemptions_tenant_id_programme_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_redemptions'))
    )
    op.create_index('ix_perk_redemptions_day', 'perk_redemptions', ['tenant_id', 'day', 'id'], unique=False)
    op.create_index('ix_perk_redemptions_programme_id', 'perk_redemptions', ['tenant_id', 'programme_id', 'id'], unique=False)
    op.create_index('ix_perk_redemptions_state', 'perk_redemptions', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_perk_redemptions_use_by', 'perk_redemptions', ['use_by'], unique=False, postgresql_where=sa.text("state = 'GRANTED'"))
    op.create_table('product_branches',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('product_code', sa.Text(), nullable=False),
    sa.Column('branch_id', sa.Uuid(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'branch_id'], ['branches.tenant_id', 'branches.id'], name=op.f('fk_product_branches_tenant_id_branch_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'product_code', name=op.f('pk_product_branches'))
    )
    op.create_table('product_replays',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=False),
    sa.Column('quarter_from', sa.Date(), nullable=False),
    sa.Column('quarter_to', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('PENDING', 'DONE', name='replaystate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('figures', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'DONE') = (figures is not null)", name=op.f('ck_product_replays_figures')),
    sa.CheckConstraint('(figures is null) = (done_at is null)', name=op.f('ck_product_replays_done')),
    sa.CheckConstraint('quarter_to > quarter_from', name=op.f('ck_product_replays_quarter')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['loan_products.tenant_id', 'loan_products.id'], name=op.f('fk_product_replays_tenant_id_product_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_product_replays'))
    )
    op.create_index('ix_product_replays_product_id', 'product_replays', ['tenant_id', 'product_id', 'id'], unique=False)
    op.create_index('ix_product_replays_quarter_from', 'product_replays', ['tenant_id', 'quarter_from'], unique=False)
    op.create_index('ix_product_replays_state', 'product_replays', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('referrals',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=True),
    sa.Column('branch_id', sa.Uuid(), nullable=True),
    sa.Column('officer_id', sa.Uuid(), nullable=True),
    sa.Column('mode', sa.Enum('named', 'recommended', 'open_pool', name='dispatchmode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('DISPATCHED', 'ACCEPTED', 'CONTACTED', 'DUE_DILIGENCE', 'OFFERED', 'DECLINED', 'LAPSED', 'PASSED', name='referralstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('dispatched_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accept_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('contact_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decide_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decide_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('extra_days', sa.BigInteger(), nullable=False),
    sa.Column('deadlines_provisional', sa.Boolean(), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accepted_by', sa.Uuid(), nullable=True),
    sa.Column('contacted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('consented_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decline_reason', sa.Enum('INDUSTRY_POLICY', 'INSUFFICIENT_CASH_FLOW', 'INCOMPLETE_MATERIAL', 'OVER_INDEBTED', 'REGION_OUT_OF_SCOPE', 'CANNOT_REACH_APPLICANT', 'APPLICANT_GAVE_UP', 'GUARANTEE_INSUFFICIENT', 'BUSINESS_TOO_YOUNG', 'PURPOSE_NOT_ELIGIBLE', 'REPAYMENT_HISTORY', 'PENALTY_OPEN', 'PRODUCT_SUSPENDED', 'OTHER_WITH_NOTE', name='declinereason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('decline_note', sa.Text(), nullable=True),
    sa.Column('reminders', sa.BigInteger(), nullable=False),
    sa.Column('escalations', sa.BigInteger(), nullable=False),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('escalated_step', sa.Enum('accept', 'contact', 'decide', name='step', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.CheckConstraint("(state = 'DECLINED') = (decline_reason is not null)", name=op.f('ck_referrals_decline_reason')),
    sa.CheckConstraint('(escalations > 0) = (escalated_at is not null) and (escalated_at is null) = (escalated_step is null)', name=op.f('ck_referrals_escalated')),
    sa.CheckConstraint('extra_days >= 0', name=op.f('ck_referrals_extra_days')),
    sa.ForeignKeyConstraint(['tenant_id', 'product_id'], ['loan_products.tenant_id', 'loan_products.id'], name=op.f('fk_referrals_tenant_id_product_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_referrals'))
    )
    op.create_index('ix_referrals_decide_by', 'referrals', ['tenant_id', 'decide_by', 'id'], unique=False)
    op.create_index('ix_referrals_dispatched', 'referrals', ['tenant_id', 'dispatched_at', 'id'], unique=False)
    op.create_index('ix_referrals_dispatched_at', 'referrals', ['dispatched_at'], unique=False)
    op.create_index('ix_referrals_escalated', 'referrals', ['escalated_at'], unique=False, postgresql_where=sa.text('escalations > 0'))
    op.create_index('ix_referrals_inbox', 'referrals', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_referrals_lead_id', 'referrals', ['lead_id'], unique=False)
    op.create_index('ix_referrals_officer_id', 'referrals', ['tenant_id', 'officer_id'], unique=False)
    op.create_index('uq_referrals_lead_id', 'referrals', ['tenant_id', 'lead_id'], unique=True)
    op.create_table('repair_documents',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('application_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Enum('proof', 'commitment', 'other', name='documentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_repair_documents_content')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_repair_documents_sha256')),
    sa.ForeignKeyConstraint(['subject_id', 'application_id'], ['repair_applications.subject_id', 'repair_applications.id'], name=op.f('fk_repair_documents_subject_id_application_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_repair_documents'))
    )
    op.create_index('ix_repair_documents_application_id', 'repair_documents', ['subject_id', 'application_id'], unique=False)
    op.create_table('review_cases',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('object_id', sa.Uuid(), nullable=True),
    sa.Column('item', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('stated', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('wanted', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('missing', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('SUBMITTED', 'RETURNED', 'ACCEPTED', 'DECIDED', 'NOTICED', 'APPEALED', 'EFFECTIVE', 'WITHDRAWN', 'LAPSED', name='casestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('clock', sa.Enum('ACCEPT', 'SUPPLEMENT', 'DECIDE', 'APPEAL', name='clock', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('clock_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('clock_days', sa.BigInteger(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('extended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('extension_reason', sa.Text(), nullable=True),
    sa.Column('decision_number', sa.BigInteger(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('outcome', sa.Enum('GRANTED', 'DECLINED', 'REFUSED', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('terms', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appeal_reason', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state in ('EFFECTIVE', 'WITHDRAWN', 'LAPSED')) = (ended_at is not null)", name=op.f('ck_review_cases_ended')),
    sa.CheckConstraint("(state in ('NOTICED', 'EFFECTIVE')) = (checked_by is not null and noticed_at is not null and answer is not null)", name=op.f('ck_review_cases_noticed')),
    sa.CheckConstraint("num_nulls(decision_number, decided_by, outcome) = case when state in ('DECIDED', 'NOTICED', 'EFFECTIVE') then 0 else 3 end", name=op.f('ck_review_cases_decided')),
    sa.CheckConstraint("outcome is null or outcome = 'REFUSED' or accepted_at is not null", name=op.f('ck_review_cases_no_step_left')),
    sa.CheckConstraint("state <> 'ACCEPTED' or round = 1 and accepted_at is not null", name=op.f('ck_review_cases_accepted')),
    sa.CheckConstraint("state <> 'APPEALED' or round = 2", name=op.f('ck_review_cases_appeal_round')),
    sa.CheckConstraint("state not in ('NOTICED', 'EFFECTIVE') or outcome = 'GRANTED' or round = 2 or clock = 'APPEAL' and (state = 'NOTICED' or ended_at >= due_at)", name=op.f('ck_review_cases_time_to_appeal')),
    sa.CheckConstraint('(extended_at is null) = (extension_reason is null)', name=op.f('ck_review_cases_extended')),
    sa.CheckConstraint('(round = 2) = (appealed_at is not null)', name=op.f('ck_review_cases_appealed')),
    sa.CheckConstraint('checked_by <> decided_by and checked_by <> filed_by', name=op.f('ck_review_cases_checked_by_another')),
    sa.CheckConstraint('clock_days between 1 and 60', name=op.f('ck_review_cases_clock_days')),
    sa.CheckConstraint('decided_by <> filed_by', name=op.f('ck_review_cases_not_his_own')),
    sa.CheckConstraint('round in (1, 2)', name=op.f('ck_review_cases_round')),
    sa.ForeignKeyConstraint(['subject_id', 'id', 'decision_number', 'decided_by', 'checked_by'], ['review_decisions.subject_id', 'review_decisions.case_id', 'review_decisions.number', 'review_decisions.decided_by', 'review_decisions.upheld_by'], name='fk_review_cases_checked'),
    sa.ForeignKeyConstraint(['subject_id', 'id', 'decision_number', 'round', 'filed_by', 'decided_by', 'outcome'], ['review_decisions.subject_id', 'review_decisions.case_id', 'review_decisions.number', 'review_decisions.round', 'review_decisions.filed_by', 'review_decisions.decided_by', 'review_decisions.outcome'], name='fk_review_cases_decided'),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_review_cases'))
    )
    op.create_index('ix_review_cases_office_id', 'review_cases', ['office_id', 'kind', 'state', 'due_at'], unique=False)
    op.create_index('uq_review_cases_open', 'review_cases', ['subject_id', 'kind', 'object_id', 'item'], unique=True, postgresql_nulls_not_distinct=True, postgresql_where=sa.text("not (state in ('EFFECTIVE', 'WITHDRAWN', 'LAPSED'))"))
    op.create_table('risk_pools',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('custodian', sa.Text(), nullable=False),
    sa.Column('account_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('account_mask', sa.Text(), nullable=False),
    sa.Column('multiple', sa.BigInteger(), nullable=False),
    sa.Column('required_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'PAUSED', 'CLOSED', name='poolstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('custody_id', sa.Uuid(), nullable=False),
    sa.Column('compensated_id', sa.Uuid(), nullable=False),
    sa.Column('recovered_id', sa.Uuid(), nullable=False),
    sa.Column('committed_id', sa.Uuid(), nullable=False),
    sa.Column('low_told', sa.Boolean(), nullable=False),
    sa.Column('capacity_told_bps', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(state = 'CLOSED') = (closed_at is not null)", name=op.f('ck_risk_pools_closed')),
    sa.CheckConstraint('capacity_told_bps between 0 and 10000', name=op.f('ck_risk_pools_told')),
    sa.CheckConstraint('multiple between 1 and 20', name=op.f('ck_risk_pools_multiple')),
    sa.CheckConstraint('required_fen > 0', name=op.f('ck_risk_pools_required')),
    sa.ForeignKeyConstraint(['tenant_id', 'committed_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_risk_pools_tenant_id_committed_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'compensated_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_risk_pools_tenant_id_compensated_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'custody_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_risk_pools_tenant_id_custody_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'recovered_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_risk_pools_tenant_id_recovered_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_risk_pools')),
    sa.UniqueConstraint('tenant_id', 'name', name=op.f('uq_risk_pools_tenant_id_name'))
    )
    op.create_table('rural_entries',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=True),
    sa.Column('consent_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('publish_name', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('CONSENTED', 'PROPOSED', 'NOT_ADMITTED', 'ENTERED', 'RATED', 'FROZEN', 'REOPENED', 'HEARING', 'EFFECTIVE', 'LEFT', name='entrystate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('entered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tier', sa.Text(), nullable=True),
    sa.Column('place', sa.SmallInteger(), nullable=True),
    sa.Column('tier_before', sa.Text(), nullable=True),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told', sa.Text(), nullable=True),
    sa.CheckConstraint("state not in ('CONSENTED', 'PROPOSED', 'NOT_ADMITTED', 'ENTERED', 'LEFT') or tier is null", name=op.f('ck_rural_entries_unrated')),
    sa.CheckConstraint("state not in ('RATED', 'FROZEN', 'REOPENED', 'HEARING', 'EFFECTIVE') or tier is not null", name=op.f('ck_rural_entries_rated')),
    sa.CheckConstraint('(tier is null) = (place is null)', name=op.f('ck_rural_entries_tier')),
    sa.CheckConstraint('decided_by <> proposed_by', name=op.f('ck_rural_entries_two_people')),
    sa.CheckConstraint('length(label) <= 80', name=op.f('ck_rural_entries_label')),
    sa.CheckConstraint('number >= 1', name=op.f('ck_rural_entries_number')),
    sa.ForeignKeyConstraint(['tenant_id', 'cycle_id'], ['rural_cycles.tenant_id', 'rural_cycles.id'], name=op.f('fk_rural_entries_tenant_id_cycle_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_rural_entries'))
    )
    op.create_index('ix_rural_entries_cycle', 'rural_entries', ['tenant_id', 'cycle_id', 'state', 'number'], unique=False)
    op.create_index('ix_rural_entries_state', 'rural_entries', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_rural_entries_subject_id', 'rural_entries', ['subject_id', 'id'], unique=False)
    op.create_index('ix_rural_entries_tier', 'rural_entries', ['tenant_id', 'tier', 'id'], unique=False)
    op.create_index('ix_rural_entries_waiting', 'rural_entries', ['state'], unique=False, postgresql_where=sa.text("state in ('RATED', 'REOPENED', 'HEARING')"))
    op.create_index('uq_rural_entries_subject', 'rural_entries', ['tenant_id', 'cycle_id', 'subject_id'], unique=True, postgresql_where=sa.text("state <> 'LEFT'"))
    op.create_table('rural_panel_members',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=True),
    sa.Column('named_by', sa.Uuid(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'cycle_id'], ['rural_cycles.tenant_id', 'rural_cycles.id'], name=op.f('fk_rural_panel_members_tenant_id_cycle_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'cycle_id', 'staff_id', name=op.f('pk_rural_panel_members'))
    )
    op.create_table('staff_identities',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'staff_id'], ['staff.tenant_id', 'staff.id'], name=op.f('fk_staff_identities_tenant_id_staff_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'staff_id', name=op.f('pk_staff_identities')),
    sa.UniqueConstraint('tenant_id', 'subject', name=op.f('uq_staff_identities_tenant_id_subject'))
    )
    op.create_table('staff_leaves',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('cover_id', sa.Uuid(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('cover_id <> staff_id', name=op.f('ck_staff_leaves_cover')),
    sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_staff_leaves_days')),
    sa.ForeignKeyConstraint(['tenant_id', 'cover_id'], ['staff.tenant_id', 'staff.id'], name=op.f('fk_staff_leaves_tenant_id_cover_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'staff_id'], ['staff.tenant_id', 'staff.id'], name=op.f('fk_staff_leaves_tenant_id_staff_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_staff_leaves'))
    )
    op.create_index('ix_staff_leaves_ends_on', 'staff_leaves', ['tenant_id', 'ends_on'], unique=False)
    op.create_table('webhook_deliveries',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('endpoint_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('event_type', sa.Text(), nullable=False),
    sa.Column('object_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('PENDING', 'DELIVERED', 'GIVEN_UP', name='deliverystate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('replays', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('give_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('took_ms', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.BigInteger(), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('tried', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("(state = 'DELIVERED') = (delivered_at is not null)", name=op.f('ck_webhook_deliveries_delivered')),
    sa.CheckConstraint('char_length(answer) <= 200', name=op.f('ck_webhook_deliveries_answer')),
    sa.CheckConstraint('jsonb_array_length(tried) <= 50', name=op.f('ck_webhook_deliveries_tried')),
    sa.ForeignKeyConstraint(['tenant_id', 'endpoint_id'], ['webhook_endpoints.tenant_id', 'webhook_endpoints.id'], name=op.f('fk_webhook_deliveries_tenant_id_endpoint_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tenant_id', 'event_id'], ['tenant_events.tenant_id', 'tenant_events.id'], name=op.f('fk_webhook_deliveries_tenant_id_event_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_webhook_deliveries')),
    sa.UniqueConstraint('tenant_id', 'endpoint_id', 'event_id', name=op.f('uq_webhook_deliveries_tenant_id_endpoint_id_event_id'))
    )
    op.create_index('ix_webhook_deliveries_attempted_at', 'webhook_deliveries', ['attempted_at'], unique=False)
    op.create_index('ix_webhook_deliveries_event_id', 'webhook_deliveries', ['tenant_id', 'event_id'], unique=False)
    op.create_index('ix_webhook_deliveries_give_up_at', 'webhook_deliveries', ['give_up_at'], unique=False, postgresql_where=sa.text("state = 'PENDING'"))
    op.create_index('ix_webhook_deliveries_heads', 'webhook_deliveries', ['tenant_id', 'endpoint_id', 'object_id', 'position'], unique=False, postgresql_where=sa.text("state = 'PENDING'"))
    op.create_table('case_documents',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('office_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(case_id is null) = (office_id is null)', name=op.f('ck_case_documents_taken')),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_case_documents_content')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_case_documents_sha256')),
    sa.ForeignKeyConstraint(['subject_id', 'case_id'], ['review_cases.subject_id', 'review_cases.id'], name=op.f('fk_case_documents_subject_id_case_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_case_documents'))
    )
    op.create_index('ix_case_documents_case_id', 'case_documents', ['subject_id', 'case_id'], unique=False)
    op.create_table('credit_line_uses',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_credit_line_uses_amount')),
    sa.ForeignKeyConstraint(['tenant_id', 'member_id'], ['credit_round_members.tenant_id', 'credit_round_members.id'], name=op.f('fk_credit_line_uses_tenant_id_member_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'request_id', name=op.f('pk_credit_line_uses'))
    )
    op.create_index('ix_credit_line_uses_subject_id', 'credit_line_uses', ['subject_id', 'request_id'], unique=False)
    op.create_table('custodian_statements',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('format', sa.Enum('CAMT_053', 'CSV', name='format', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('from_day', sa.Date(), nullable=False),
    sa.Column('to_day', sa.Date(), nullable=False),
    sa.Column('opening_fen', sa.BigInteger(), nullable=False),
    sa.Column('closing_fen', sa.BigInteger(), nullable=False),
    sa.Column('rows_read', sa.BigInteger(), nullable=False),
    sa.Column('rows_taken', sa.BigInteger(), nullable=False),
    sa.Column('rows_known', sa.BigInteger(), nullable=False),
    sa.Column('rows_rejected', sa.BigInteger(), nullable=False),
    sa.Column('rejects', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_by', sa.Uuid(), nullable=False),
    sa.CheckConstraint('from_day <= to_day', name=op.f('ck_custodian_statements_period')),
    sa.CheckConstraint('rows_read = rows_taken + rows_known + rows_rejected', name=op.f('ck_custodian_statements_rows')),
    sa.CheckConstraint('rows_rejected = jsonb_array_length(rejects)', name=op.f('ck_custodian_statements_rejects')),
    sa.ForeignKeyConstraint(['tenant_id', 'pool_id'], ['risk_pools.tenant_id', 'risk_pools.id'], name=op.f('fk_custodian_statements_tenant_id_pool_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_custodian_statements')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'number', name=op.f('uq_custodian_statements_tenant_id_pool_id_number')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'sha256', name=op.f('uq_custodian_statements_tenant_id_pool_id_sha256'))
    )
    op.create_table('grid_app_events',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('foreign_number', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('sort', sa.Enum('dispute', 'hazard', 'environment', 'request', 'security', 'persons', 'publicity', 'other', name='appsort', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('reported', 'self_closed', 'registered', 'dispatched', 'handling', 'returned', 'done', 'verified', 'closed', 'overdue', name='appstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('household_number', sa.Text(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=True),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('worker', sa.Text(), nullable=False),
    sa.Column('rule_code', sa.Text(), nullable=True),
    sa.Column('missing', sa.Enum('unfinished', 'no_rule', 'no_household', name='appmissing', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('brought_by', sa.Uuid(), nullable=True),
    sa.Column('brought_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dismissed_by', sa.Uuid(), nullable=True),
    sa.Column('dismissed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("sort <> 'persons'", name=op.f('ck_grid_app_events_no_persons')),
    sa.CheckConstraint('(dismissed_by is null) = (dismissed_at is null)', name=op.f('ck_grid_app_events_dismissed')),
    sa.CheckConstraint('length(content_hash) = 64', name=op.f('ck_grid_app_events_content_hash')),
    sa.CheckConstraint('length(note) <= 300 and length(worker) <= 64', name=op.f('ck_grid_app_events_note')),
    sa.CheckConstraint('missing is not null or household_id is not null and rule_code is not null', name=op.f('ck_grid_app_events_whole')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_grid_app_events_tenant_id_household_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_app_events'))
    )
    op.create_index('uq_grid_app_events_foreign_number', 'grid_app_events', ['tenant_id', 'foreign_number'], unique=True)
    op.create_table('grid_staff_homes',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=True),
    sa.Column('declared_by', sa.Uuid(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('declared_by <> staff_id', name=op.f('ck_grid_staff_homes_by_another')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_grid_staff_homes_tenant_id_household_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'staff_id'], ['staff.tenant_id', 'staff.id'], name=op.f('fk_grid_staff_homes_tenant_id_staff_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'staff_id', name=op.f('pk_grid_staff_homes'))
    )
    op.create_table('household_links',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('name_masked', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('ASKED', 'CONFIRMED', 'DECLINED', 'ENDED', name='linkstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'ASKED') = (decided_at is null)", name=op.f('ck_household_links_decided')),
    sa.CheckConstraint("(state = 'ENDED') = (ended_at is not null)", name=op.f('ck_household_links_ended')),
    sa.CheckConstraint("state <> 'CONFIRMED' or member_id is not null", name=op.f('ck_household_links_confirmed')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_household_links_tenant_id_household_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_household_links'))
    )
    op.create_index('ix_household_links_person_id', 'household_links', ['person_id'], unique=False)
    op.create_index('ix_household_links_state', 'household_links', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('uq_household_links_open', 'household_links', ['tenant_id', 'person_id'], unique=True, postgresql_where=sa.text("state in ('ASKED', 'CONFIRMED')"))
    op.create_table('household_members',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('name_masked', sa.Text(), nullable=False),
    sa.Column('name_pinyin', sa.Text(), nullable=False),
    sa.Column('relation', sa.Enum('head', 'spouse', 'child', 'child_in_law', 'grandchild', 'parent', 'grandparent', 'sibling', 'other', name='relation', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('birth_year', sa.SmallInteger(), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('resident_id_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('resident_id_index', sa.LargeBinary(), nullable=True),
    sa.Column('key_version', sa.BigInteger(), nullable=True),
    sa.Column('subject_id', sa.Uuid(), nullable=True),
    sa.Column('household_subject_id', sa.Uuid(), nullable=True),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_because', sa.Enum('moved', 'married', 'died', 'mistake', 'transferred', name='leavereason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.CheckConstraint('(left_at is null) = (left_because is null)', name=op.f('ck_household_members_left')),
    sa.CheckConstraint('(resident_id_index is null) = (key_version is null)', name=op.f('ck_household_members_key_version')),
    sa.CheckConstraint('(resident_id_sealed is null) = (resident_id_index is null)', name=op.f('ck_household_members_index')),
    sa.CheckConstraint('birth_year between 1880 and 2200', name=op.f('ck_household_members_birth_year')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_household_members_tenant_id_household_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_household_members'))
    )
    op.create_index('ix_household_members_household_id', 'household_members', ['tenant_id', 'household_id'], unique=False)
    op.create_index('ix_household_members_key_version', 'household_members', ['key_version'], unique=False, postgresql_where=sa.text('key_version is not null'))
    op.create_index('ix_household_members_left', 'household_members', ['left_at'], unique=False, postgresql_where=sa.text("left_at is not null and name_masked <> ''"))
    op.create_index('ix_household_members_resident_id_index', 'household_members', ['resident_id_index'], unique=False, postgresql_where=sa.text('left_at is null and resident_id_index is not null'))
    op.create_index('ix_household_members_subject_id', 'household_members', ['subject_id'], unique=False, postgresql_where=sa.text('subject_id is not null'))
    op.create_index('uq_household_members_resident_id', 'household_members', ['tenant_id', 'resident_id_index'], unique=True, postgresql_where=sa.text('left_at is null and resident_id_index is not null'))
    op.create_index('uq_household_members_subject_id', 'household_members', ['tenant_id', 'subject_id'], unique=True, postgresql_where=sa.text('left_at is null and subject_id is not null'))
    op.create_table('material_requests',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('items', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'ANSWERED', 'EXPIRED', 'CLOSED', name='materialstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('left_days', sa.BigInteger(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'OPEN') = (ended_at is null)", name=op.f('ck_material_requests_ended')),
    sa.CheckConstraint('closes_at > asked_at', name=op.f('ck_material_requests_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'referral_id'], ['referrals.tenant_id', 'referrals.id'], name=op.f('fk_material_requests_tenant_id_referral_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_material_requests'))
    )
    op.create_index('ix_material_requests_referral_id', 'material_requests', ['tenant_id', 'referral_id', 'id'], unique=False)
    op.create_index('ix_material_requests_request_id', 'material_requests', ['subject_id', 'request_id', 'id'], unique=False)
    op.create_index('ix_material_requests_state', 'material_requests', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('uq_material_requests_open', 'material_requests', ['tenant_id', 'referral_id'], unique=True, postgresql_where=sa.text("state = 'OPEN'"))
    op.create_table('offers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('product_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Enum('OPEN', 'CHOSEN', 'PASSED', 'EXPIRED', 'WITHDRAWN', name='offerstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('term_months', sa.BigInteger(), nullable=False),
    sa.Column('rate_bps', sa.BigInteger(), nullable=False),
    sa.Column('upfront_fee_bps', sa.BigInteger(), nullable=False),
    sa.Column('upfront_fee_fen', sa.BigInteger(), nullable=False),
    sa.Column('repayment_method', sa.Enum('equal_instalment', 'equal_principal', 'bullet', 'interest_monthly', 'revolving', name='repaymentmethod', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('guarantee', sa.Enum('credit', 'mortgage', 'pledge', 'surety', 'guarantee_company', name='guaranteemode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('monthly_payment_fen', sa.BigInteger(), nullable=False),
    sa.Column('total_interest_fen', sa.BigInteger(), nullable=False),
    sa.Column('total_fees_fen', sa.BigInteger(), nullable=False),
    sa.Column('total_cost_fen', sa.BigInteger(), nullable=False),
    sa.Column('annualised_rate_bps', sa.BigInteger(), nullable=False),
    sa.Column('cooling_off_days', sa.BigInteger(), nullable=False),
    sa.Column('conditions', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_offers_amount')),
    sa.CheckConstraint('valid_until > made_at', name=op.f('ck_offers_validity')),
    sa.ForeignKeyConstraint(['tenant_id', 'referral_id'], ['referrals.tenant_id', 'referrals.id'], name=op.f('fk_offers_tenant_id_referral_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_offers'))
    )
    op.create_index('ix_offers_amount_fen', 'offers', ['tenant_id', 'amount_fen', 'id'], unique=False)
    op.create_index('ix_offers_made_at', 'offers', ['tenant_id', 'made_at', 'id'], unique=False)
    op.create_index('ix_offers_referral_id', 'offers', ['tenant_id', 'referral_id', 'id'], unique=False)
    op.create_index('ix_offers_state', 'offers', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_offers_subject_id', 'offers', ['subject_id', 'request_id'], unique=False)
    op.create_index('ix_offers_valid_until', 'offers', ['tenant_id', 'valid_until', 'id'], unique=False)
    op.create_index('uq_offers_chosen', 'offers', ['request_id'], unique=True, postgresql_where=sa.text("state = 'CHOSEN'"))
    op.create_index('uq_offers_open', 'offers', ['tenant_id', 'referral_id'], unique=True, postgresql_where=sa.text("state in ('OPEN', 'CHOSEN')"))
    op.create_table('perk_redeemers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('redemption_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('consent_id', sa.Uuid(), nullable=True),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('scenario_code', sa.Text(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'redemption_id'], ['perk_redemptions.tenant_id', 'perk_redemptions.id'], name=op.f('fk_perk_redeemers_tenant_id_redemption_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'redemption_id', name=op.f('pk_perk_redeemers'))
    )
    op.create_index('ix_perk_redeemers_programme', 'perk_redeemers', ['subject_id', 'programme_id', 'day'], unique=False)
    op.create_index('ix_perk_redeemers_scenario', 'perk_redeemers', ['subject_id', 'scenario_code', 'day'], unique=False)
    op.create_index('ix_perk_redeemers_subject_id', 'perk_redeemers', ['subject_id', 'redemption_id'], unique=False)
    op.create_table('perk_settlement_lines',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('redemption_id', sa.Uuid(), nullable=False),
    sa.Column('settlement_id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('uses > 0 and amount_fen > 0', name=op.f('ck_perk_settlement_lines_figures')),
    sa.ForeignKeyConstraint(['tenant_id', 'programme_id'], ['perk_programmes.tenant_id', 'perk_programmes.id'], name=op.f('fk_perk_settlement_lines_tenant_id_programme_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'redemption_id'], ['perk_redemptions.tenant_id', 'perk_redemptions.id'], name=op.f('fk_perk_settlement_lines_tenant_id_redemption_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'settlement_id'], ['perk_settlements.tenant_id', 'perk_settlements.id'], name=op.f('fk_perk_settlement_lines_tenant_id_settlement_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'redemption_id', name=op.f('pk_perk_settlement_lines'))
    )
    op.create_index('ix_perk_settlement_lines_programme_id', 'perk_settlement_lines', ['tenant_id', 'programme_id'], unique=False)
    op.create_index('ix_perk_settlement_lines_settlement_id', 'perk_settlement_lines', ['tenant_id', 'settlement_id', 'redemption_id'], unique=False)
    op.create_table('perk_tickets',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('redemption_id', sa.Uuid(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('ISSUED', 'PART_USED', 'USED', 'CANCELLED', 'EXPIRED', name='ticketstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('valid_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_by', sa.Uuid(), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(state in ('ISSUED', 'PART_USED')) = (ended_at is null)", name=op.f('ck_perk_tickets_ended')),
    sa.CheckConstraint("state <> 'CANCELLED' or used = 0", name=op.f('ck_perk_tickets_cancelled')),
    sa.CheckConstraint("state <> 'ISSUED' or used = 0", name=op.f('ck_perk_tickets_issued')),
    sa.CheckConstraint("state <> 'PART_USED' or used between 1 and persons - 1", name=op.f('ck_perk_tickets_part_used')),
    sa.CheckConstraint("state <> 'USED' or used = persons", name=op.f('ck_perk_tickets_used_up')),
    sa.CheckConstraint('persons >= 1 and used between 0 and persons', name=op.f('ck_perk_tickets_persons')),
    sa.CheckConstraint('valid_until > valid_from', name=op.f('ck_perk_tickets_validity')),
    sa.ForeignKeyConstraint(['tenant_id', 'programme_id'], ['perk_programmes.tenant_id', 'perk_programmes.id'], name=op.f('fk_perk_tickets_tenant_id_programme_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'redemption_id'], ['perk_redemptions.tenant_id', 'perk_redemptions.id'], name=op.f('fk_perk_tickets_tenant_id_redemption_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_tickets'))
    )
    op.create_index('ix_perk_tickets_programme_id', 'perk_tickets', ['tenant_id', 'programme_id'], unique=False)
    op.create_index('ix_perk_tickets_state', 'perk_tickets', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_perk_tickets_valid_until', 'perk_tickets', ['tenant_id', 'valid_until'], unique=False)
    op.create_index('uq_perk_tickets_redemption_id', 'perk_tickets', ['tenant_id', 'redemption_id'], unique=True)
    op.create_table('pool_agreements',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('guarantor_id', sa.Uuid(), nullable=True),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'SIGNED_ONCE', 'SIGNED', 'IN_FORCE', 'DECLINED', 'WITHDRAWN', 'ENDED', name='agreementstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('terms', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('rate_basis', sa.Enum('opening', 'average', name='ratebasis', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('products', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('industries', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('areas', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('purposes', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('principal_cap_fen', sa.BigInteger(), nullable=False),
    sa.Column('rate_ceiling_bps', sa.BigInteger(), nullable=True),
    sa.Column('quota_fen', sa.BigInteger(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=False),
    sa.Column('first_signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('first_signed_by', sa.Uuid(), nullable=True),
    sa.Column('second_signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('second_signed_by', sa.Uuid(), nullable=True),
    sa.Column('quota_account_id', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('guarantor_answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('guarantor_answered_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_note', sa.Text(), nullable=True),
    sa.CheckConstraint("(state in ('DECLINED', 'WITHDRAWN', 'ENDED')) = (ended_at is not null)", name=op.f('ck_pool_agreements_ended')),
    sa.CheckConstraint("state <> 'DECLINED' or coalesce(answered_at, guarantor_answered_at) is not null", name=op.f('ck_pool_agreements_declined')),
    sa.CheckConstraint("state not in ('IN_FORCE', 'ENDED') or (answered_at is not null and (guarantor_id is null or guarantor_answered_at is not null))", name=op.f('ck_pool_agreements_answered')),
    sa.CheckConstraint("state not in ('SIGNED', 'IN_FORCE', 'DECLINED', 'ENDED') or (first_signed_by is not null and second_signed_by is not null and quota_account_id is not null)", name=op.f('ck_pool_agreements_signed')),
    sa.CheckConstraint('(first_signed_by is null) = (first_signed_at is null) and (second_signed_by is null) = (second_signed_at is null) and second_signed_by <> first_signed_by', name=op.f('ck_pool_agreements_two_people')),
    sa.CheckConstraint('cardinality(products) > 0', name=op.f('ck_pool_agreements_products')),
    sa.CheckConstraint('guarantor_id <> bank_id and (guarantor_id is not null or guarantor_answered_at is null)', name=op.f('ck_pool_agreements_guarantor')),
    sa.CheckConstraint('quota_fen > 0 and principal_cap_fen > 0', name=op.f('ck_pool_agreements_amounts')),
    sa.CheckConstraint('starts_on < ends_on', name=op.f('ck_pool_agreements_period')),
    sa.CheckConstraint('version >= 1', name=op.f('ck_pool_agreements_version')),
    sa.ForeignKeyConstraint(['tenant_id', 'pool_id'], ['risk_pools.tenant_id', 'risk_pools.id'], name=op.f('fk_pool_agreements_tenant_id_pool_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'quota_account_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_pool_agreements_tenant_id_quota_account_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_agreements')),
    sa.UniqueConstraint('tenant_id', 'id', 'pool_id', 'bank_id', name=op.f('uq_pool_agreements_tenant_id_id_pool_id_bank_id')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'bank_id', 'version', name=op.f('uq_pool_agreements_tenant_id_pool_id_bank_id_version'))
    )
    op.create_index('ix_pool_agreements_bank_id', 'pool_agreements', ['bank_id', 'state', 'id'], unique=False)
    op.create_index('ix_pool_agreements_guarantor_id', 'pool_agreements', ['guarantor_id', 'id'], unique=False)
    op.create_index('uq_pool_agreements_in_force', 'pool_agreements', ['tenant_id', 'pool_id', 'bank_id'], unique=True, postgresql_where=sa.text("state = 'IN_FORCE'"))
    op.create_table('pool_partners',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('city', 'county', 'province', 'guarantor', 'other', name='partnerkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('pledged_fen', sa.BigInteger(), nullable=False),
    sa.Column('share_bps', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('late_told', sa.Boolean(), nullable=False),
    sa.CheckConstraint('pledged_fen > 0', name=op.f('ck_pool_partners_pledged')),
    sa.CheckConstraint('share_bps between 1 and 10000', name=op.f('ck_pool_partners_share')),
    sa.ForeignKeyConstraint(['tenant_id', 'account_id'], ['ledger_accounts.tenant_id', 'ledger_accounts.id'], name=op.f('fk_pool_partners_tenant_id_account_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'pool_id'], ['risk_pools.tenant_id', 'risk_pools.id'], name=op.f('fk_pool_partners_tenant_id_pool_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_partners')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'name', name=op.f('uq_pool_partners_tenant_id_pool_id_name'))
    )
    op.create_table('pool_stop_losses',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('product_code', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('normal', 'warn', 'suspended', 'terminated', name='stoplossstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('year', sa.BigInteger(), nullable=False),
    sa.Column('compensated_fen', sa.BigInteger(), nullable=False),
    sa.Column('balance_fen', sa.BigInteger(), nullable=False),
    sa.Column('opening_fen', sa.BigInteger(), nullable=False),
    sa.Column('days_fen', sa.BigInteger(), nullable=False),
    sa.Column('days', sa.BigInteger(), nullable=False),
    sa.Column('counted_on', sa.Date(), nullable=True),
    sa.Column('lift_asked_by', sa.Uuid(), nullable=True),
    sa.Column('lift_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lift_reason', sa.Text(), nullable=True),
    sa.Column('lifted_compensated_fen', sa.BigInteger(), nullable=True),
    sa.Column('lifted_balance_fen', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('least(compensated_fen, balance_fen, opening_fen, days_fen, days) >= 0', name=op.f('ck_pool_stop_losses_figures')),
    sa.CheckConstraint('num_nonnulls(lift_asked_by, lift_asked_at, lift_reason) in (0, 3)', name=op.f('ck_pool_stop_losses_lift_asked')),
    sa.CheckConstraint('num_nonnulls(lifted_compensated_fen, lifted_balance_fen) in (0, 2)', name=op.f('ck_pool_stop_losses_lifted')),
    sa.ForeignKeyConstraint(['tenant_id', 'pool_id'], ['risk_pools.tenant_id', 'risk_pools.id'], name=op.f('fk_pool_stop_losses_tenant_id_pool_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_stop_losses')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'bank_id', 'product_code', name=op.f('uq_pool_stop_losses_tenant_id_pool_id_bank_id_product_code'))
    )
    op.create_index('ix_pool_stop_losses_bank_id', 'pool_stop_losses', ['bank_id', 'id'], unique=False)
    op.create_table('reckoned_days',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('closing_fen', sa.BigInteger(), nullable=True),
    sa.Column('book_fen', sa.BigInteger(), nullable=False),
    sa.Column('missing_here', sa.BigInteger(), nullable=False),
    sa.Column('missing_here_fen', sa.BigInteger(), nullable=False),
    sa.Column('missing_there', sa.BigInteger(), nullable=False),
    sa.Column('missing_there_fen', sa.BigInteger(), nullable=False),
    sa.Column('amount_differs', sa.BigInteger(), nullable=False),
    sa.Column('amount_differs_fen', sa.BigInteger(), nullable=False),
    sa.Column('set_aside', sa.BigInteger(), nullable=False),
    sa.Column('set_aside_fen', sa.BigInteger(), nullable=False),
    sa.Column('waiting', sa.BigInteger(), nullable=False),
    sa.Column('waiting_fen', sa.BigInteger(), nullable=False),
    sa.Column('told', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('told_fen', sa.BigInteger(), nullable=False),
    sa.Column('reckoned_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(missing_here = 0) = (missing_here_fen = 0) and (missing_there = 0) = (missing_there_fen = 0) and (amount_differs = 0) = (amount_differs_fen = 0) and (set_aside = 0) = (set_aside_fen = 0) and (waiting = 0) = (waiting_fen = 0)', name=op.f('ck_reckoned_days_sums')),
    sa.CheckConstraint('least(missing_here, missing_there, amount_differs, set_aside, waiting) >= 0', name=op.f('ck_reckoned_days_counts')),
    sa.ForeignKeyConstraint(['tenant_id', 'pool_id'], ['risk_pools.tenant_id', 'risk_pools.id'], name=op.f('fk_reckoned_days_tenant_id_pool_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'pool_id', 'day', name=op.f('pk_reckoned_days'))
    )
    op.create_table('referral_messages',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('author', sa.Enum('bank', 'applicant', name='author', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.Text(), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('erased_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(erased_at is null) = (text is not null)', name=op.f('ck_referral_messages_erased')),
    sa.CheckConstraint('length(text) between 1 and 500', name=op.f('ck_referral_messages_text')),
    sa.ForeignKeyConstraint(['tenant_id', 'referral_id'], ['referrals.tenant_id', 'referrals.id'], name=op.f('fk_referral_messages_tenant_id_referral_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_referral_messages'))
    )
    op.create_index('ix_referral_messages_of_request', 'referral_messages', ['request_id'], unique=False)
    op.create_index('ix_referral_messages_referral_id', 'referral_messages', ['tenant_id', 'referral_id', 'id'], unique=False)
    op.create_index('ix_referral_messages_request_id', 'referral_messages', ['subject_id', 'request_id', 'id'], unique=False)
    op.create_table('rural_ballots',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('cycle_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'entry_id'], ['rural_entries.tenant_id', 'rural_entries.id'], name=op.f('fk_rural_ballots_tenant_id_entry_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'entry_id', 'staff_id', name=op.f('pk_rural_ballots'))
    )
    op.create_table('rural_grades',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('household', 'family_farm', 'cooperative', 'agri_enterprise', 'large_grower', 'input_dealer', name='ruralkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('natural_person', sa.Boolean(), nullable=False),
    sa.Column('village_code', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('tier', sa.Text(), nullable=False),
    sa.Column('place', sa.SmallInteger(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('IN_FORCE', 'EXPIRED', 'REPLACED', 'WITHDRAWN', name='gradestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_of_end_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'IN_FORCE') = (ended_at is null)", name=op.f('ck_rural_grades_ended')),
    sa.CheckConstraint('expires_on > effective_on', name=op.f('ck_rural_grades_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'entry_id'], ['rural_entries.tenant_id', 'rural_entries.id'], name=op.f('fk_rural_grades_tenant_id_entry_id')),
    sa.PrimaryKeyConstraint('subject_id', 'id', name=op.f('pk_rural_grades'))
    )
    op.create_index('ix_rural_grades_area', 'rural_grades', ['village_code', 'kind', 'state'], unique=False)
    op.create_index('ix_rural_grades_expiry', 'rural_grades', ['expires_on'], unique=False, postgresql_where=sa.text("state = 'IN_FORCE'"))
    op.create_index('uq_rural_grades_in_force', 'rural_grades', ['subject_id', 'kind'], unique=True, postgresql_where=sa.text("state = 'IN_FORCE'"))
    op.create_table('rural_recusals',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('named_by', sa.Uuid(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'entry_id'], ['rural_entries.tenant_id', 'rural_entries.id'], name=op.f('fk_rural_recusals_tenant_id_entry_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'entry_id', 'staff_id', name=op.f('pk_rural_recusals'))
    )
    op.create_table('rural_votes',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('voter', sa.LargeBinary(), nullable=False),
    sa.Column('character', sa.SmallInteger(), nullable=False),
    sa.Column('family', sa.SmallInteger(), nullable=False),
    sa.Column('ability', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('least(character, family, ability) >= 1 and greatest(character, family, ability) <= 5', name=op.f('ck_rural_votes_marks')),
    sa.ForeignKeyConstraint(['tenant_id', 'entry_id'], ['rural_entries.tenant_id', 'rural_entries.id'], name=op.f('fk_rural_votes_tenant_id_entry_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'entry_id', 'voter', name=op.f('pk_rural_votes'))
    )
    op.create_table('service_orders',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('service_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('content_hash', sa.LargeBinary(), nullable=False),
    sa.Column('provider', sa.Enum('LOCAL', 'WECHAT_PAYSCORE', name='orderchannel', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('mode', sa.Enum('DEPOSIT_FREE', 'PAY_LATER', name='serviceordermode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('sector', sa.Enum('eat', 'stay', 'travel', 'tour', 'shop', 'leisure', 'medical', 'school', 'work', 'elderly', 'approval', name='sector', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('introduction', sa.Text(), nullable=False),
    sa.Column('fund_name', sa.Enum('DEPOSIT', 'ADVANCE', 'CASH_DEPOSIT', 'ESTIMATE_ORDER_COST', name='riskfundname', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('fund_fen', sa.BigInteger(), nullable=False),
    sa.Column('ceiling_fen', sa.BigInteger(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('need_confirm', sa.Boolean(), nullable=False),
    sa.Column('authorisation_code', sa.Text(), nullable=True),
    sa.Column('attach', sa.Text(), nullable=False),
    sa.Column('device', sa.Text(), nullable=True),
    sa.Column('programme_id', sa.Uuid(), nullable=True),
    sa.Column('redemption_id', sa.Uuid(), nullable=True),
    sa.Column('payments', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('discounts', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('stage', sa.Enum('CREATED', 'USER_CONFIRM', 'USER_PAYING', 'USER_PAID', 'REVOKED', 'EXPIRED', name='serviceorderstage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('request', sa.Enum('CREATE', 'COMPLETE', 'MODIFY', 'CANCEL', 'SYNC', 'COLLECT', 'REMIND', name='serviceorderrequest', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('asked', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('rejection', sa.Text(), nullable=True),
    sa.Column('call_up', sa.Text(), nullable=True),
    sa.Column('provider_order_id', sa.Text(), nullable=True),
    sa.Column('total_fen', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('paid_fen', sa.BigInteger(), nullable=True),
    sa.Column('refunded_fen', sa.BigInteger(), nullable=False),
    sa.Column('transaction_id', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('completed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('urged_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(mode = 'PAY_LATER') = (fund_name = 'ESTIMATE_ORDER_COST')", name=op.f('ck_service_orders_fund_name')),
    sa.CheckConstraint("(stage = 'USER_PAID') = (paid_fen is not null) and (paid_fen is null) = (paid_at is null)", name=op.f('ck_service_orders_paid')),
    sa.CheckConstraint("(stage in ('USER_PAID', 'REVOKED', 'EXPIRED')) = (ended_at is not null)", name=op.f('ck_service_orders_ended')),
    sa.CheckConstraint("(stage in ('USER_PAYING', 'USER_PAID')) = (total_fen is not null)", name=op.f('ck_service_orders_completed')),
    sa.CheckConstraint("number ~ '^[0-9A-Za-z_|*-]{1,32}$'", name=op.f('ck_service_orders_number')),
    sa.CheckConstraint("total_fen >= 0 and total_fen <= case mode when 'DEPOSIT_FREE' then fund_fen else ceiling_fen end", name=op.f('ck_service_orders_total')),
    sa.CheckConstraint('(redemption_id is null) = (programme_id is null)', name=op.f('ck_service_orders_redemption')),
    sa.CheckConstraint('(request is null) = (request_id is null)', name=op.f('ck_service_orders_request')),
    sa.CheckConstraint('fund_fen > 0 and fund_fen <= ceiling_fen', name=op.f('ck_service_orders_fund')),
    sa.CheckConstraint('need_confirm = (authorisation_code is null)', name=op.f('ck_service_orders_authorisation')),
    sa.CheckConstraint('refunded_fen >= 0 and refunded_fen <= coalesce(paid_fen, 0)', name=op.f('ck_service_orders_refunded')),
    sa.ForeignKeyConstraint(['tenant_id', 'redemption_id'], ['perk_redemptions.tenant_id', 'perk_redemptions.id'], name=op.f('fk_service_orders_tenant_id_redemption_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'service_id'], ['order_services.tenant_id', 'order_services.id'], name=op.f('fk_service_orders_tenant_id_service_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_service_orders')),
    sa.UniqueConstraint('tenant_id', 'number', name=op.f('uq_service_orders_tenant_id_number')),
    sa.UniqueConstraint('tenant_id', 'transaction_id', name=op.f('uq_service_orders_tenant_id_transaction_id'))
    )
    op.create_index('ix_service_orders_created_at', 'service_orders', ['tenant_id', 'created_at', 'id'], unique=False)
    op.create_index('ix_service_orders_stage', 'service_orders', ['tenant_id', 'stage', 'id'], unique=False)
    op.create_index('uq_service_orders_redemption_id', 'service_orders', ['tenant_id', 'redemption_id'], unique=True, postgresql_where=sa.text("stage not in ('REVOKED', 'EXPIRED')"))
    op.create_table('shop_cards',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('ACTIVE', 'REVOKED', name='cardstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('failures', sa.BigInteger(), nullable=False),
    sa.Column('issued_by', sa.Uuid(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_by', sa.Uuid(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'REVOKED') = (revoked_at is not null)", name=op.f('ck_shop_cards_revoked')),
    sa.CheckConstraint('failures between 0 and 5', name=op.f('ck_shop_cards_failures')),
    sa.CheckConstraint('length(number) = 16', name=op.f('ck_shop_cards_number')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_shop_cards_tenant_id_household_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_shop_cards'))
    )
    op.create_index('uq_shop_cards_household', 'shop_cards', ['tenant_id', 'household_id'], unique=True, postgresql_where=sa.text("state = 'ACTIVE'"))
    op.create_index('uq_shop_cards_number', 'shop_cards', ['tenant_id', 'number'], unique=True)
    op.create_table('shop_redemptions',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('household_number', sa.Text(), nullable=False),
    sa.Column('means', sa.Enum('code', 'card', 'counter', name='means', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('card_id', sa.Uuid(), nullable=True),
    sa.Column('collector', sa.Text(), nullable=True),
    sa.Column('year', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('HELD', 'HANDED_OVER', 'LET_GO', 'EXPIRED', 'RETURNED', name='redemptionstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('points', sa.BigInteger(), nullable=False),
    sa.Column('held_by', sa.Uuid(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('points_hold_id', sa.Uuid(), nullable=False),
    sa.Column('budget_hold_id', sa.Uuid(), nullable=False),
    sa.Column('handed_over_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('points_given_id', sa.Uuid(), nullable=True),
    sa.Column('budget_given_id', sa.Uuid(), nullable=True),
    sa.Column('return_asked_by', sa.Uuid(), nullable=True),
    sa.Column('returned_by', sa.Uuid(), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint("(means = 'counter') = (collector is not null)", name=op.f('ck_shop_redemptions_collector')),
    sa.CheckConstraint("(state = 'HELD') = (ended_at is null)", name=op.f('ck_shop_redemptions_ended')),
    sa.CheckConstraint("(state = 'RETURNED') = (returned_by is not null)", name=op.f('ck_shop_redemptions_returned')),
    sa.CheckConstraint("(state in ('HANDED_OVER', 'RETURNED')) = (points_given_id is not null) and (points_given_id is null) = (budget_given_id is null) and (points_given_id is null) = (handed_over_by is null)", name=op.f('ck_shop_redemptions_given')),
    sa.CheckConstraint("means <> 'counter' or handed_over_by <> held_by", name=op.f('ck_shop_redemptions_helper')),
    sa.CheckConstraint('points >= 1', name=op.f('ck_shop_redemptions_points')),
    sa.CheckConstraint('returned_by <> return_asked_by', name=op.f('ck_shop_redemptions_return_by_another')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_shop_redemptions_tenant_id_household_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_shop_redemptions'))
    )
    op.create_index('ix_shop_redemptions_ended_at', 'shop_redemptions', ['tenant_id', 'ended_at'], unique=False)
    op.create_index('ix_shop_redemptions_household', 'shop_redemptions', ['tenant_id', 'household_id', 'id'], unique=False)
    op.create_index('ix_shop_redemptions_state', 'shop_redemptions', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('source_inquiries',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('num_nulls(answered_by, answered_at, answer) in (0, 3)', name=op.f('ck_source_inquiries_answered')),
    sa.ForeignKeyConstraint(['subject_id', 'case_id'], ['review_cases.subject_id', 'review_cases.id'], name='fk_source_inquiries_case', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subject_id', 'case_id', name=op.f('pk_source_inquiries'))
    )
    op.create_table('source_transfers',
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('office_id', sa.Uuid(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('passed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['subject_id', 'case_id'], ['review_cases.subject_id', 'review_cases.id'], name='fk_source_transfers_case', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('subject_id', 'case_id', name=op.f('pk_source_transfers'))
    )
    op.create_index('ix_source_transfers_due_at', 'source_transfers', ['due_at'], unique=False, postgresql_where=sa.text('passed_at is null'))
    op.create_table('custodian_lines',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('statement_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('direction', sa.Enum('CREDIT', 'DEBIT', name='direction', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('booked_on', sa.Date(), nullable=False),
    sa.Column('value_on', sa.Date(), nullable=False),
    sa.Column('counterparty', sa.Text(), nullable=False),
    sa.Column('remittance', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('OPEN', 'MATCHED', 'SET_ASIDE', name='linestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('matched', sa.Enum('payment', 'recovery', 'funding', 'reversal', name='matched', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('matched_id', sa.Uuid(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'MATCHED') = (matched is not null) and (matched is null) = (matched_id is null)", name=op.f('ck_custodian_lines_as_what')),
    sa.CheckConstraint("state <> 'SET_ASIDE' or (settled_by is not null and note is not null)", name=op.f('ck_custodian_lines_set_aside')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_custodian_lines_amount')),
    sa.ForeignKeyConstraint(['tenant_id', 'statement_id'], ['custodian_statements.tenant_id', 'custodian_statements.id'], name=op.f('fk_custodian_lines_tenant_id_statement_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_custodian_lines')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'reference', name=op.f('uq_custodian_lines_tenant_id_pool_id_reference'))
    )
    op.create_index('ix_custodian_lines_booked_on', 'custodian_lines', ['tenant_id', 'pool_id', 'booked_on'], unique=False)
    op.create_index('ix_custodian_lines_state', 'custodian_lines', ['tenant_id', 'pool_id', 'state', 'id'], unique=False)
    op.create_index('ix_custodian_lines_statement_id', 'custodian_lines', ['tenant_id', 'statement_id', 'id'], unique=False)
    op.create_index('uq_custodian_lines_matched_id', 'custodian_lines', ['tenant_id', 'matched', 'matched_id'], unique=True, postgresql_where=sa.text('matched is not null'))
    op.create_table('grid_agreements',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('use', sa.Enum('show_name', 'record', name='agreedto', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('text_version', sa.Text(), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looked_month', sa.Date(), nullable=True),
    sa.CheckConstraint('ended_at >= given_at', name=op.f('ck_grid_agreements_period')),
    sa.ForeignKeyConstraint(['tenant_id', 'member_id'], ['household_members.tenant_id', 'household_members.id'], name=op.f('fk_grid_agreements_tenant_id_member_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_agreements'))
    )
    op.create_index('ix_grid_agreements_person_id', 'grid_agreements', ['person_id'], unique=False)
    op.create_index('uq_grid_agreements_live', 'grid_agreements', ['tenant_id', 'member_id', 'use'], unique=True, postgresql_where=sa.text('ended_at is null'))
    op.create_table('grid_claims',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('content_hash', sa.Text(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('rule_set_id', sa.Uuid(), nullable=False),
    sa.Column('rule_code', sa.Text(), nullable=False),
    sa.Column('rule_name', sa.Text(), nullable=False),
    sa.Column('times', sa.BigInteger(), nullable=False),
    sa.Column('points', sa.BigInteger(), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('lat_milli', sa.BigInteger(), nullable=True),
    sa.Column('lon_milli', sa.BigInteger(), nullable=True),
    sa.Column('claimed_as', sa.Enum('resident', 'worker', name='claimant', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('claimed_by', sa.Uuid(), nullable=False),
    sa.Column('claimed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('SUBMITTED', 'CHECKED', 'APPROVED', 'NOTICED', 'REFUSED', 'APPEALED', 'ANSWERED', 'AT_TOWN', 'POSTED', 'REJECTED', 'WITHDRAWN', 'REVERSED', name='claimstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_days', sa.BigInteger(), nullable=True),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('notice_id', sa.Uuid(), nullable=True),
    sa.Column('notice_line', sa.BigInteger(), nullable=True),
    sa.Column('notice_ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('posted_points', sa.BigInteger(), nullable=True),
    sa.Column('transfer_id', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reversal_asked_by', sa.Uuid(), nullable=True),
    sa.Column('reversal_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reversal_reason', sa.Text(), nullable=True),
    sa.Column('reversed_by', sa.Uuid(), nullable=True),
    sa.Column('reversal_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(state = 'REVERSED') = (reversed_by is not null) and reversed_by <> reversal_asked_by", name=op.f('ck_grid_claims_reversed_by_another')),
    sa.CheckConstraint("(state in ('POSTED', 'REJECTED', 'WITHDRAWN', 'REVERSED')) = (ended_at is not null)", name=op.f('ck_grid_claims_ended')),
    sa.CheckConstraint("(state in ('POSTED', 'REVERSED')) = (posted_at is not null) and (posted_at is null or posted_at >= notice_ends_at and posted_points is not null)", name=op.f('ck_grid_claims_after_notice')),
    sa.CheckConstraint("points > 0 or claimed_as = 'worker'", name=op.f('ck_grid_claims_minus_by_worker')),
    sa.CheckConstraint("state <> 'NOTICED' or notice_id is not null", name=op.f('ck_grid_claims_on_notice')),
    sa.CheckConstraint('(lat_milli is null) = (lon_milli is null) and lat_milli between -90000 and 90000 and lon_milli between -180000 and 180000', name=op.f('ck_grid_claims_place')),
    sa.CheckConstraint('(notice_id is null) = (notice_ends_at is null) and (notice_id is null) = (notice_line is null)', name=op.f('ck_grid_claims_noticed')),
    sa.CheckConstraint('abs(posted_points) <= abs(points)', name=op.f('ck_grid_claims_posted_within')),
    sa.CheckConstraint('length(content_hash) = 64', name=op.f('ck_grid_claims_content_hash')),
    sa.CheckConstraint('length(note) <= 300', name=op.f('ck_grid_claims_note')),
    sa.CheckConstraint('points <> 0 and times >= 1', name=op.f('ck_grid_claims_points')),
    sa.CheckConstraint('posted_points = 0 or transfer_id is not null', name=op.f('ck_grid_claims_posted')),
    sa.ForeignKeyConstraint(['tenant_id', 'household_id'], ['households.tenant_id', 'households.id'], name=op.f('fk_grid_claims_tenant_id_household_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'member_id'], ['household_members.tenant_id', 'household_members.id'], name=op.f('fk_grid_claims_tenant_id_member_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'rule_set_id'], ['grid_rule_sets.tenant_id', 'grid_rule_sets.id'], name=op.f('fk_grid_claims_tenant_id_rule_set_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_claims')),
    sa.UniqueConstraint('tenant_id', 'id', 'household_id', 'claimed_by', name='uq_grid_claims_whose')
    )
    op.create_index('ix_grid_claims_at_town', 'grid_claims', ['id'], unique=False, postgresql_where=sa.text("state = 'AT_TOWN'"))
    op.create_index('ix_grid_claims_household', 'grid_claims', ['tenant_id', 'household_id', 'rule_code', 'happened_on'], unique=False)
    op.create_index('ix_grid_claims_notice', 'grid_claims', ['tenant_id', 'notice_id', 'notice_line'], unique=False)
    op.create_index('ix_grid_claims_posted_at', 'grid_claims', ['posted_at'], unique=False, postgresql_where=sa.text("state = 'POSTED'"))
    op.create_index('ix_grid_claims_state', 'grid_claims', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('guarantee_requests',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('guarantor_id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=False),
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('REQUESTED', 'UNDERWRITTEN', 'APPROVED', 'DECLINED', 'WITHDRAWN', 'LAPSED', 'RELEASED', name='guaranteestate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('share_bps', sa.BigInteger(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('industry_section', sa.Text(), nullable=False),
    sa.Column('amount_band', sa.Text(), nullable=False),
    sa.Column('term_band', sa.Text(), nullable=False),
    sa.Column('grade', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('letter_number', sa.Text(), nullable=True),
    sa.Column('letter_fen', sa.BigInteger(), nullable=True),
    sa.Column('fee_bps', sa.BigInteger(), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('opinion', sa.Text(), nullable=True),
    sa.Column('underwritten_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('underwritten_by', sa.Uuid(), nullable=True),
    sa.Column('operator_id', sa.Uuid(), nullable=True),
    sa.Column('client_account_id', sa.Uuid(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('sign_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('committed_fen', sa.BigInteger(), nullable=False),
    sa.Column('decline_reason', sa.Enum('outside_policy', 'risk_too_high', 'no_counter_security', 'no_consent', 'limit_reached', 'other', name='guaranteedecline', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('release', sa.Enum('settled', 'cancelled', 'period_over', name='guaranteerelease', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(ended_at is not null) = (state in ('DECLINED', 'WITHDRAWN', 'LAPSED', 'RELEASED'))", name=op.f('ck_guarantee_requests_ended')),
    sa.CheckConstraint("(state = 'DECLINED') = (decline_reason is not null)", name=op.f('ck_guarantee_requests_declined')),
    sa.CheckConstraint("(state = 'RELEASED') = (release is not null)", name=op.f('ck_guarantee_requests_released')),
    sa.CheckConstraint("committed_fen between 0 and coalesce(letter_fen, 0) and (state = 'APPROVED' or committed_fen = 0)", name=op.f('ck_guarantee_requests_committed')),
    sa.CheckConstraint("state <> 'UNDERWRITTEN' or letter_number is not null", name=op.f('ck_guarantee_requests_underwritten')),
    sa.CheckConstraint("state not in ('APPROVED', 'RELEASED') or (letter_number is not null and num_nonnulls(approved_at, approved_by, sign_by, operator_id, client_account_id) = 5)", name=op.f('ck_guarantee_requests_approved')),
    sa.CheckConstraint('guarantor_id <> tenant_id', name=op.f('ck_guarantee_requests_parties')),
    sa.CheckConstraint('letter_fen > 0 and fee_bps between 0 and 1000 and starts_on < ends_on', name=op.f('ck_guarantee_requests_letter')),
    sa.CheckConstraint('num_nonnulls(letter_number, letter_fen, fee_bps, starts_on, ends_on, opinion, underwritten_at, underwritten_by) in (0, 8)', name=op.f('ck_guarantee_requests_answered')),
    sa.CheckConstraint('share_bps between 1 and 8000', name=op.f('ck_guarantee_requests_share')),
    sa.CheckConstraint('underwritten_by <> approved_by', name=op.f('ck_guarantee_requests_two_people')),
    sa.ForeignKeyConstraint(['tenant_id', 'offer_id'], ['offers.tenant_id', 'offers.id'], name=op.f('fk_guarantee_requests_tenant_id_offer_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'referral_id'], ['referrals.tenant_id', 'referrals.id'], name=op.f('fk_guarantee_requests_tenant_id_referral_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_guarantee_requests'))
    )
    op.create_index('ix_guarantee_requests_guarantor_id', 'guarantee_requests', ['guarantor_id', 'state', 'id'], unique=False)
    op.create_index('ix_guarantee_requests_lead_id', 'guarantee_requests', ['lead_id'], unique=False)
    op.create_index('ix_guarantee_requests_state', 'guarantee_requests', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('uq_guarantee_requests_letter', 'guarantee_requests', ['guarantor_id', 'letter_number'], unique=True, postgresql_where=sa.text('approved_at is not null'))
    op.create_index('uq_guarantee_requests_live', 'guarantee_requests', ['tenant_id', 'offer_id'], unique=True, postgresql_where=sa.text("state in ('REQUESTED', 'UNDERWRITTEN', 'APPROVED')"))
    op.create_table('loans',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('offer_id', sa.Uuid(), nullable=True),
    sa.Column('renews_id', sa.Uuid(), nullable=True),
    sa.Column('referral_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('sandbox_id', sa.Uuid(), nullable=True),
    sa.Column('contract_number', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('SIGNED', 'CANCELLED', 'DISBURSED', 'PERFORMING', 'OVERDUE', 'SETTLED', 'COMPENSATED', 'RECOVERING', 'WRITTEN_OFF', name='loanstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('principal_fen', sa.BigInteger(), nullable=False),
    sa.Column('term_months', sa.BigInteger(), nullable=False),
    sa.Column('rate_bps', sa.BigInteger(), nullable=False),
    sa.Column('repayment_method', sa.Enum('equal_instalment', 'equal_principal', 'bullet', 'interest_monthly', 'revolving', name='repaymentmethod', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('guarantee', sa.Enum('credit', 'mortgage', 'pledge', 'surety', 'guarantee_company', name='guaranteemode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('collateral_number', sa.Text(), nullable=True),
    sa.Column('collateral_expires_on', sa.Date(), nullable=True),
    sa.Column('collateral_registry', sa.Text(), nullable=True),
    sa.Column('collateral_recorded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('collateral_reminded_for', sa.Date(), nullable=True),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_by', sa.Uuid(), nullable=True),
    sa.Column('cooling_off_ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_drawn_on', sa.Date(), nullable=True),
    sa.Column('first_due_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('drawn_fen', sa.BigInteger(), nullable=False),
    sa.Column('principal_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('interest_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('fee_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('overdue_since', sa.Date(), nullable=True),
    sa.Column('overdue_days', sa.BigInteger(), nullable=False),
    sa.Column('risk_class', sa.Enum('normal', 'special_mention', 'substandard', 'doubtful', 'loss', name='riskclass', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('told_state', sa.Text(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_note', sa.Text(), nullable=True),
    sa.CheckConstraint("(ended_at is not null) = (state in ('CANCELLED', 'SETTLED', 'WRITTEN_OFF'))", name=op.f('ck_loans_ended')),
    sa.CheckConstraint("drawn_fen - case repayment_method when 'revolving' then principal_paid_fen else 0 end <= principal_fen", name=op.f('ck_loans_drawn')),
    sa.CheckConstraint('(collateral_number is null) = (collateral_expires_on is null) and (collateral_number is not null or collateral_registry is null)', name=op.f('ck_loans_collateral')),
    sa.CheckConstraint('(first_drawn_on is null) = (drawn_fen = 0) and (first_drawn_on is null) = (ends_on is null) and (first_drawn_on is null) = (first_due_on is null)', name=op.f('ck_loans_begun')),
    sa.CheckConstraint('(offer_id is null) <> (renews_id is null)', name=op.f('ck_loans_origin')),
    sa.CheckConstraint('(overdue_days > 0) = (overdue_since is not null) and overdue_days >= 0', name=op.f('ck_loans_overdue')),
    sa.CheckConstraint('principal_fen > 0 and term_months between 1 and 360', name=op.f('ck_loans_terms')),
    sa.CheckConstraint('principal_paid_fen between 0 and drawn_fen and interest_paid_fen >= 0 and fee_paid_fen >= 0', name=op.f('ck_loans_paid')),
    sa.ForeignKeyConstraint(['tenant_id', 'offer_id'], ['offers.tenant_id', 'offers.id'], name=op.f('fk_loans_tenant_id_offer_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'referral_id'], ['referrals.tenant_id', 'referrals.id'], name=op.f('fk_loans_tenant_id_referral_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'renews_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_loans_tenant_id_renews_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_loans')),
    sa.UniqueConstraint('tenant_id', 'contract_number', name=op.f('uq_loans_tenant_id_contract_number'))
    )
    op.create_index('ix_loans_collateral', 'loans', ['collateral_expires_on'], unique=False, postgresql_where=sa.text('collateral_reminded_for is distinct from collateral_expires_on'))
    op.create_index('ix_loans_contract_number', 'loans', ['tenant_id', 'contract_number', 'id'], unique=False)
    op.create_index('ix_loans_overdue_days', 'loans', ['tenant_id', 'overdue_days', 'id'], unique=False)
    op.create_index('ix_loans_referral_id', 'loans', ['tenant_id', 'referral_id', 'id'], unique=False)
    op.create_index('ix_loans_state', 'loans', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_loans_subject_id', 'loans', ['subject_id', 'id'], unique=False)
    op.create_index('ix_loans_untold', 'loans', ['tenant_id', 'id'], unique=False, postgresql_where=sa.text('state <> told_state'))
    op.create_index('uq_loans_offer_id', 'loans', ['tenant_id', 'offer_id'], unique=True)
    op.create_index('uq_loans_renews_id', 'loans', ['tenant_id', 'renews_id'], unique=True)
    op.create_table('order_outcomes',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=True),
    sa.Column('redemption_id', sa.Uuid(), nullable=True),
    sa.Column('sector', sa.Enum('eat', 'stay', 'travel', 'tour', 'shop', 'leisure', 'medical', 'school', 'work', 'elderly', 'approval', name='sector', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('kind', sa.Enum('KEPT', 'DEFAULTED', name='outcomekind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('occurred_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("sector not in ('medical', 'school')", name=op.f('ck_order_outcomes_lawful_record')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['service_orders.tenant_id', 'service_orders.id'], name=op.f('fk_order_outcomes_tenant_id_order_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_order_outcomes')),
    sa.UniqueConstraint('tenant_id', 'order_id', 'kind', name=op.f('uq_order_outcomes_tenant_id_order_id_kind'))
    )
    op.create_table('order_refunds',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('transaction_id', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('PROCESSING', 'SUCCESS', 'CLOSED', 'ABNORMAL', name='serviceorderrefundstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('provider_refund_id', sa.Text(), nullable=True),
    sa.Column('rejection', sa.Text(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'PROCESSING') = (settled_at is null)", name=op.f('ck_order_refunds_settled')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_order_refunds_amount')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['service_orders.tenant_id', 'service_orders.id'], name=op.f('fk_order_refunds_tenant_id_order_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_order_refunds')),
    sa.UniqueConstraint('tenant_id', 'number', name=op.f('uq_order_refunds_tenant_id_number'))
    )
    op.create_index('ix_order_refunds_order_id', 'order_refunds', ['tenant_id', 'order_id', 'id'], unique=False)
    op.create_index('ix_order_refunds_state', 'order_refunds', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('perk_cover_claims',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=False),
    sa.Column('cover_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('redemption_id', sa.Uuid(), nullable=False),
    sa.Column('ground', sa.Enum('NOT_RETURNED', 'UNPAID', name='coverground', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('bound_fen', sa.BigInteger(), nullable=False),
    sa.Column('asked_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('SUBMITTED', 'DECIDED', 'APPROVED', 'REJECTED', 'PAID', 'WITHDRAWN', name='coverclaimstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_provisional', sa.Boolean(), nullable=False),
    sa.Column('late_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('granted_fen', sa.BigInteger(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('check_reason', sa.Text(), nullable=True),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hold_id', sa.Uuid(), nullable=True),
    sa.Column('paid_by', sa.Uuid(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state in ('REJECTED', 'PAID', 'WITHDRAWN')) = (ended_at is not null)", name=op.f('ck_perk_cover_claims_ended')),
    sa.CheckConstraint("num_nonnulls(checked_by, checked_at) = case when state in ('APPROVED', 'REJECTED', 'PAID') then 2 else 0 end", name=op.f('ck_perk_cover_claims_checked')),
    sa.CheckConstraint("num_nonnulls(decided_by, decided_at, granted_fen, answer) = case when state in ('SUBMITTED', 'WITHDRAWN') then 0 else 4 end", name=op.f('ck_perk_cover_claims_decided')),
    sa.CheckConstraint("num_nonnulls(paid_by, paid_on, reference) = case when state = 'PAID' then 3 else 0 end", name=op.f('ck_perk_cover_claims_paid')),
    sa.CheckConstraint("state <> 'REJECTED' or granted_fen = 0", name=op.f('ck_perk_cover_claims_rejected')),
    sa.CheckConstraint("state not in ('APPROVED', 'PAID') or granted_fen > 0 and hold_id is not null", name=op.f('ck_perk_cover_claims_held')),
    sa.CheckConstraint('asked_fen > 0 and asked_fen <= bound_fen', name=op.f('ck_perk_cover_claims_asked')),
    sa.CheckConstraint('checked_by <> decided_by', name=op.f('ck_perk_cover_claims_two_people')),
    sa.CheckConstraint('granted_fen between 0 and asked_fen', name=op.f('ck_perk_cover_claims_granted')),
    sa.ForeignKeyConstraint(['operator_id', 'cover_id'], ['perk_covers.tenant_id', 'perk_covers.id'], name=op.f('fk_perk_cover_claims_operator_id_cover_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['service_orders.tenant_id', 'service_orders.id'], name=op.f('fk_perk_cover_claims_tenant_id_order_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_cover_claims'))
    )
    op.create_index('ix_perk_cover_claims_state', 'perk_cover_claims', ['state', 'due_at'], unique=False)
    op.create_index('ix_perk_cover_claims_tenant_id', 'perk_cover_claims', ['tenant_id', 'id'], unique=False)
    op.create_index('ix_perk_cover_claims_year', 'perk_cover_claims', ['operator_id', 'cover_id', 'tenant_id', 'checked_at'], unique=False)
    op.create_index('uq_perk_cover_claims_order_id', 'perk_cover_claims', ['tenant_id', 'order_id'], unique=True, postgresql_where=sa.text("state not in ('REJECTED', 'WITHDRAWN')"))
    op.create_table('perk_limits',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=False),
    sa.Column('order_number', sa.Text(), nullable=False),
    sa.Column('redemption_id', sa.Uuid(), nullable=False),
    sa.Column('owed_fen', sa.BigInteger(), nullable=False),
    sa.Column('months', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('document_number', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('PROPOSED', 'NOTICED', 'CONTESTED', 'EFFECTIVE', 'LIFTED', 'ENDED', name='limitstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_by', sa.Uuid(), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('object_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('contested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('effective_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.CheckConstraint("case state when 'EFFECTIVE' then num_nonnulls(effective_at, ends_on) = 2 when 'ENDED' then true else num_nonnulls(effective_at, ends_on) = 0 end", name=op.f('ck_perk_limits_effective')),
    sa.CheckConstraint("num_nonnulls(ended_at, end_reason) = case when state in ('LIFTED', 'ENDED') then 2 else 0 end", name=op.f('ck_perk_limits_ended')),
    sa.CheckConstraint("state not in ('CONTESTED', 'LIFTED') or contested_at is not null", name=op.f('ck_perk_limits_contested')),
    sa.CheckConstraint("state not in ('NOTICED', 'CONTESTED', 'EFFECTIVE', 'LIFTED') or object_until is not null", name=op.f('ck_perk_limits_told')),
    sa.CheckConstraint('(noticed_at is null) = (object_until is null)', name=op.f('ck_perk_limits_noticed')),
    sa.CheckConstraint('effective_at is null or effective_at >= object_until', name=op.f('ck_perk_limits_in_force')),
    sa.CheckConstraint('months between 1 and 12', name=op.f('ck_perk_limits_months')),
    sa.CheckConstraint('object_until > noticed_at', name=op.f('ck_perk_limits_time_to_object')),
    sa.ForeignKeyConstraint(['tenant_id', 'order_id'], ['service_orders.tenant_id', 'service_orders.id'], name=op.f('fk_perk_limits_tenant_id_order_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'programme_id'], ['perk_programmes.tenant_id', 'perk_programmes.id'], name=op.f('fk_perk_limits_tenant_id_programme_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_limits'))
    )
    op.create_index('ix_perk_limits_redemption_id', 'perk_limits', ['tenant_id', 'redemption_id'], unique=False)
    op.create_index('uq_perk_limits_order_id', 'perk_limits', ['tenant_id', 'order_id'], unique=True, postgresql_where=sa.text("state <> 'ENDED'"))
    op.create_table('perk_ticket_spends',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('ticket_id', sa.Uuid(), nullable=True),
    sa.Column('verdict', sa.Enum('accepted', 'double_spend', 'expired', 'cancelled', 'forged', name='spendverdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('gate', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('synced_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(verdict = 'forged') = (ticket_id is null)", name=op.f('ck_perk_ticket_spends_forged')),
    sa.CheckConstraint('persons >= 1', name=op.f('ck_perk_ticket_spends_persons')),
    sa.ForeignKeyConstraint(['tenant_id', 'ticket_id'], ['perk_tickets.tenant_id', 'perk_tickets.id'], name=op.f('fk_perk_ticket_spends_tenant_id_ticket_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_ticket_spends'))
    )
    op.create_index('ix_perk_ticket_spends_ticket_id', 'perk_ticket_spends', ['tenant_id', 'ticket_id'], unique=False)
    op.create_index('ix_perk_ticket_spends_verdict', 'perk_ticket_spends', ['tenant_id', 'verdict', 'synced_at', 'id'], unique=False)
    op.create_table('pool_fundings',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('partner_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('RECORDED', 'CONFIRMED', 'REJECTED', name='fundingstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('statement_line_id', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'RECORDED') = (settled_at is null)", name=op.f('ck_pool_fundings_settled')),
    sa.CheckConstraint("state = 'RECORDED' or settled_by is not null or statement_line_id is not null", name=op.f('ck_pool_fundings_settled_by_someone')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_pool_fundings_amount')),
    sa.CheckConstraint('settled_by <> recorded_by', name=op.f('ck_pool_fundings_two_people')),
    sa.ForeignKeyConstraint(['tenant_id', 'partner_id'], ['pool_partners.tenant_id', 'pool_partners.id'], name=op.f('fk_pool_fundings_tenant_id_partner_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_fundings')),
    sa.UniqueConstraint('tenant_id', 'pool_id', 'reference', name=op.f('uq_pool_fundings_tenant_id_pool_id_reference'))
    )
    op.create_index('ix_pool_fundings_pool_id', 'pool_fundings', ['tenant_id', 'pool_id', 'id'], unique=False)
    op.create_table('pool_stop_loss_changes',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('stop_loss_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('before', sa.Text(), nullable=False),
    sa.Column('after', sa.Enum('normal', 'warn', 'suspended', 'terminated', name='stoplossstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('compensated_fen', sa.BigInteger(), nullable=False),
    sa.Column('balance_fen', sa.BigInteger(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('lifted_by', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.CheckConstraint('lifted_by <> asked_by', name=op.f('ck_pool_stop_loss_changes_two_people')),
    sa.CheckConstraint('num_nonnulls(asked_by, lifted_by, reason) in (0, 3)', name=op.f('ck_pool_stop_loss_changes_lifted')),
    sa.ForeignKeyConstraint(['tenant_id', 'stop_loss_id'], ['pool_stop_losses.tenant_id', 'pool_stop_losses.id'], name=op.f('fk_pool_stop_loss_changes_tenant_id_stop_loss_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_stop_loss_changes'))
    )
    op.create_index('ix_pool_stop_loss_changes_of', 'pool_stop_loss_changes', ['tenant_id', 'stop_loss_id', 'id'], unique=False)
    op.create_table('shop_lines',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('redemption_id', sa.Uuid(), nullable=False),
    sa.Column('good_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('price_points', sa.BigInteger(), nullable=False),
    sa.Column('asked', sa.BigInteger(), nullable=False),
    sa.Column('given', sa.BigInteger(), nullable=False),
    sa.Column('hold_id', sa.Uuid(), nullable=False),
    sa.Column('given_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('(given > 0) = (given_id is not null)', name=op.f('ck_shop_lines_given_id')),
    sa.CheckConstraint('asked between 1 and 100', name=op.f('ck_shop_lines_asked')),
    sa.CheckConstraint('given between 0 and asked', name=op.f('ck_shop_lines_given')),
    sa.ForeignKeyConstraint(['tenant_id', 'good_id'], ['shop_goods.tenant_id', 'shop_goods.id'], name=op.f('fk_shop_lines_tenant_id_good_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'redemption_id'], ['shop_redemptions.tenant_id', 'shop_redemptions.id'], name=op.f('fk_shop_lines_tenant_id_redemption_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'redemption_id', 'good_id', name=op.f('pk_shop_lines'))
    )
    op.create_index('ix_shop_lines_good_id', 'shop_lines', ['tenant_id', 'good_id'], unique=False)
    op.create_table('grid_app_told',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('SUBMITTED', 'CHECKED', 'APPROVED', 'NOTICED', 'REFUSED', 'APPEALED', 'ANSWERED', 'AT_TOWN', 'POSTED', 'REJECTED', 'WITHDRAWN', 'REVERSED', name='claimstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('points', sa.BigInteger(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('refusal', sa.Text(), nullable=True),
    sa.CheckConstraint('length(refusal) <= 200', name=op.f('ck_grid_app_told_refusal')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['grid_claims.tenant_id', 'grid_claims.id'], name=op.f('fk_grid_app_told_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'claim_id', name=op.f('pk_grid_app_told'))
    )
    op.create_index('ix_grid_app_told_refused', 'grid_app_told', ['tenant_id', 'claim_id'], unique=False, postgresql_where=sa.text('refusal is not null'))
    op.create_table('grid_appeals',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('against_refusal', sa.Boolean(), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=False),
    sa.Column('taken_down_for', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stands', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('further_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('to_town_by', sa.Uuid(), nullable=True),
    sa.Column('to_town_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('town_reason', sa.Text(), nullable=True),
    sa.Column('town_stands', sa.Boolean(), nullable=True),
    sa.Column('town_answer', sa.Text(), nullable=True),
    sa.Column('town_decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(stands is null) = (answered_at is null)', name=op.f('ck_grid_appeals_answered')),
    sa.CheckConstraint('(town_stands is null) = (town_decided_at is null)', name=op.f('ck_grid_appeals_town')),
    sa.CheckConstraint('number between 1 and 4', name=op.f('ck_grid_appeals_number')),
    sa.CheckConstraint('to_town_at is null or answered_at is not null', name=op.f('ck_grid_appeals_supervisors_first')),
    sa.CheckConstraint('town_decided_at is null or to_town_at is not null', name=op.f('ck_grid_appeals_town_asked')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['grid_claims.tenant_id', 'grid_claims.id'], name=op.f('fk_grid_appeals_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_appeals'))
    )
    op.create_index('ix_grid_appeals_filed_by', 'grid_appeals', ['filed_by'], unique=False)
    op.create_index('uq_grid_appeals_number', 'grid_appeals', ['tenant_id', 'claim_id', 'number'], unique=True)
    op.create_index('uq_grid_appeals_open', 'grid_appeals', ['tenant_id', 'claim_id'], unique=True, postgresql_where=sa.text('closed_at is null'))
    op.create_table('grid_claim_photos',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('original_sha256', sa.Text(), nullable=False),
    sa.Column('look', sa.BigInteger(), nullable=False),
    sa.Column('like_id', sa.Uuid(), nullable=True),
    sa.Column('width', sa.BigInteger(), nullable=False),
    sa.Column('height', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(original_sha256) = 64 and length(sha256) = 64', name=op.f('ck_grid_claim_photos_sha256')),
    sa.CheckConstraint('number between 1 and 6', name=op.f('ck_grid_claim_photos_number')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['grid_claims.tenant_id', 'grid_claims.id'], name=op.f('fk_grid_claim_photos_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_grid_claim_photos'))
    )
    op.create_index('ix_grid_claim_photos_taken_in', 'grid_claim_photos', ['tenant_id', 'uploaded_at'], unique=False)
    op.create_index('uq_grid_claim_photos_number', 'grid_claim_photos', ['tenant_id', 'claim_id', 'number'], unique=True)
    op.create_index('uq_grid_claim_photos_original', 'grid_claim_photos', ['tenant_id', 'original_sha256'], unique=True)
    op.create_table('grid_claim_seats',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('claimed_by', sa.Uuid(), nullable=False),
    sa.Column('home_id', sa.Uuid(), nullable=True),
    sa.Column('body', sa.Enum('checker', 'committee', 'supervisors', 'town', name='body', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('verdict', sa.Enum('for', 'against', name='verdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('home_id <> household_id', name=op.f('ck_grid_claim_seats_not_his_household')),
    sa.CheckConstraint('staff_id <> claimed_by', name=op.f('ck_grid_claim_seats_not_his_own')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id', 'household_id', 'claimed_by'], ['grid_claims.tenant_id', 'grid_claims.id', 'grid_claims.household_id', 'grid_claims.claimed_by'], name='fk_grid_claim_seats_claim'),
    sa.PrimaryKeyConstraint('tenant_id', 'claim_id', 'staff_id', name=op.f('pk_grid_claim_seats'))
    )
    op.create_table('loan_drawdowns',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('drawn_on', sa.Date(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_loan_drawdowns_amount')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_loan_drawdowns_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_loan_drawdowns')),
    sa.UniqueConstraint('tenant_id', 'reference', name=op.f('uq_loan_drawdowns_tenant_id_reference'))
    )
    op.create_index('ix_loan_drawdowns_drawn_on', 'loan_drawdowns', ['tenant_id', 'drawn_on', 'id'], unique=False)
    op.create_index('ix_loan_drawdowns_loan_id', 'loan_drawdowns', ['tenant_id', 'loan_id', 'id'], unique=False)
    op.create_table('loan_instalments',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('principal_fen', sa.BigInteger(), nullable=False),
    sa.Column('interest_fen', sa.BigInteger(), nullable=False),
    sa.Column('fee_fen', sa.BigInteger(), nullable=False),
    sa.Column('principal_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('interest_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('fee_paid_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('principal_paid_fen between 0 and principal_fen and interest_paid_fen between 0 and interest_fen and fee_paid_fen between 0 and fee_fen', name=op.f('ck_loan_instalments_covered')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_loan_instalments_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_loan_instalments')),
    sa.UniqueConstraint('tenant_id', 'loan_id', 'number', name=op.f('uq_loan_instalments_tenant_id_loan_id_number'))
    )
    op.create_index('ix_loan_instalments_due_on', 'loan_instalments', ['tenant_id', 'due_on', 'id'], unique=False)
    op.create_index('ix_loan_instalments_open', 'loan_instalments', ['due_on', 'tenant_id', 'loan_id'], unique=False, postgresql_where=sa.text('principal_paid_fen + interest_paid_fen + fee_paid_fen < principal_fen + interest_fen + fee_fen'))
    op.create_table('loan_repayments',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('due', 'prepayment', 'renewal', name='repaymentkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('principal_fen', sa.BigInteger(), nullable=True),
    sa.Column('interest_fen', sa.BigInteger(), nullable=True),
    sa.Column('fee_fen', sa.BigInteger(), nullable=True),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("kind = 'due' or principal_fen > 0", name=op.f('ck_loan_repayments_prepaid')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_loan_repayments_amount')),
    sa.CheckConstraint('num_nonnulls(principal_fen, interest_fen, fee_fen) in (0, 3) and coalesce(least(principal_fen, interest_fen, fee_fen), 0) >= 0 and coalesce(principal_fen + interest_fen + fee_fen, amount_fen) = amount_fen', name=op.f('ck_loan_repayments_split')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_loan_repayments_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_loan_repayments')),
    sa.UniqueConstraint('tenant_id', 'reference', name=op.f('uq_loan_repayments_tenant_id_reference'))
    )
    op.create_index('ix_loan_repayments_loan_id', 'loan_repayments', ['tenant_id', 'loan_id', 'id'], unique=False)
    op.create_index('ix_loan_repayments_paid_on', 'loan_repayments', ['tenant_id', 'paid_on', 'id'], unique=False)
    op.create_table('loan_warnings',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('rule_set_id', sa.Uuid(), nullable=False),
    sa.Column('rule_code', sa.Text(), nullable=False),
    sa.Column('rule_name', sa.Text(), nullable=False),
    sa.Column('severity', sa.Enum('high', 'medium', 'low', name='severity', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('evidence', sa.Enum('record', 'grade', name='evidence', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('evidence_id', sa.Uuid(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('item_code', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=True),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('tier_before', sa.Text(), nullable=True),
    sa.Column('tier_after', sa.Text(), nullable=True),
    sa.Column('place_before', sa.Integer(), nullable=True),
    sa.Column('ground_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('RAISED', 'ACKNOWLEDGED', 'ACTED', 'FALSE_ALARM', 'LAPSED', 'WITHDRAWN', name='warningstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('told_state', sa.Text(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hit_days', sa.Integer(), nullable=False),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by', sa.Uuid(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('action', sa.Enum('called', 'visited', 'watched', 'secured', 'limited', 'rescheduled', name='warningaction', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('false_alarm', sa.Enum('resolved', 'immaterial', 'mistaken', 'known', name='falsealarmreason', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('lapsed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_because', sa.Enum('evidence', 'basis', 'loan', name='withdrawnbecause', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('hit_on', sa.Date(), nullable=True),
    sa.CheckConstraint("(state = 'ACTED') = (action is not null)", name=op.f('ck_loan_warnings_action')),
    sa.CheckConstraint("(state = 'FALSE_ALARM') = (false_alarm is not null)", name=op.f('ck_loan_warnings_false_alarm')),
    sa.CheckConstraint("(state = 'WITHDRAWN') = (withdrawn_because is not null)", name=op.f('ck_loan_warnings_withdrawn')),
    sa.CheckConstraint("(state in ('ACTED', 'FALSE_ALARM')) = (answered_at is not null)", name=op.f('ck_loan_warnings_answered')),
    sa.CheckConstraint("item_code is null or evidence = 'record'", name=op.f('ck_loan_warnings_item')),
    sa.CheckConstraint('due_at > raised_at and hit_days > 0', name=op.f('ck_loan_warnings_times')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_loan_warnings_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_loan_warnings')),
    sa.UniqueConstraint('tenant_id', 'loan_id', 'rule_code', 'evidence_id', name=op.f('uq_loan_warnings_tenant_id_loan_id_rule_code_evidence_id'))
    )
    op.create_index('ix_loan_warnings_due_at', 'loan_warnings', ['due_at'], unique=False, postgresql_where=sa.text("state in ('RAISED', 'ACKNOWLEDGED')"))
    op.create_index('ix_loan_warnings_loan_id', 'loan_warnings', ['tenant_id', 'loan_id', 'id'], unique=False)
    op.create_index('ix_loan_warnings_severity', 'loan_warnings', ['tenant_id', 'severity', 'id'], unique=False)
    op.create_index('ix_loan_warnings_state', 'loan_warnings', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_loan_warnings_subject_id', 'loan_warnings', ['subject_id', 'id'], unique=False)
    op.create_index('ix_loan_warnings_untold', 'loan_warnings', ['tenant_id', 'id'], unique=False, postgresql_where=sa.text('state <> told_state'))
    op.create_table('perk_cover_papers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(key_sealed is null) = (content is null)', name=op.f('ck_perk_cover_papers_content')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_perk_cover_papers_sha256')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['perk_cover_claims.tenant_id', 'perk_cover_claims.id'], name=op.f('fk_perk_cover_papers_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_cover_papers'))
    )
    op.create_index('ix_perk_cover_papers_claim_id', 'perk_cover_papers', ['tenant_id', 'claim_id', 'id'], unique=False)
    op.create_table('perk_cover_recoveries',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('received_fen', sa.BigInteger(), nullable=False),
    sa.Column('cost_fen', sa.BigInteger(), nullable=False),
    sa.Column('recovered_on', sa.Date(), nullable=False),
    sa.Column('cover_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('REPORTED', 'CONFIRMED', name='coverrecoverystate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reported_by', sa.Uuid(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('arrived_on', sa.Date(), nullable=True),
    sa.Column('reference', sa.Text(), nullable=True),
    sa.CheckConstraint("num_nonnulls(confirmed_by, confirmed_at, arrived_on, reference) = case when state = 'CONFIRMED' and cover_fen > 0 then 4 else 0 end", name=op.f('ck_perk_cover_recoveries_confirmed')),
    sa.CheckConstraint("state = 'CONFIRMED' or cover_fen > 0", name=op.f('ck_perk_cover_recoveries_waits')),
    sa.CheckConstraint('cover_fen >= 0', name=op.f('ck_perk_cover_recoveries_part')),
    sa.CheckConstraint('received_fen >= 0 and cost_fen >= 0 and received_fen + cost_fen > 0', name=op.f('ck_perk_cover_recoveries_amounts')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['perk_cover_claims.tenant_id', 'perk_cover_claims.id'], name=op.f('fk_perk_cover_recoveries_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_perk_cover_recoveries')),
    sa.UniqueConstraint('tenant_id', 'claim_id', 'number', name=op.f('uq_perk_cover_recoveries_tenant_id_claim_id_number'))
    )
    op.create_index('ix_perk_cover_recoveries_claim_id', 'perk_cover_recoveries', ['tenant_id', 'claim_id', 'id'], unique=False)
    op.create_table('perk_limit_parties',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('limit_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('programme_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id', 'limit_id'], ['perk_limits.tenant_id', 'perk_limits.id'], name=op.f('fk_perk_limit_parties_tenant_id_limit_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'limit_id', name=op.f('pk_perk_limit_parties'))
    )
    op.create_index('ix_perk_limit_parties_subject_id', 'perk_limit_parties', ['subject_id', 'programme_id'], unique=False)
    op.create_table('pool_collections',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('call', 'message', 'letter', 'visit', 'lawyer_letter', 'lawsuit', name='collectionkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('result', sa.Enum('promised', 'partly_paid', 'refused', 'not_reached', 'delivered', 'pending', name='collectionresult', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('attempted_on', sa.Date(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('length(note) <= 300', name=op.f('ck_pool_collections_note')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_pool_collections_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_collections'))
    )
    op.create_index('ix_pool_collections_loan_id', 'pool_collections', ['tenant_id', 'loan_id', 'id'], unique=False)
    op.create_index('ix_pool_collections_subject_id', 'pool_collections', ['subject_id', 'id'], unique=False)
    op.create_table('pool_filings',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('agreement_id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('contract_number', sa.Text(), nullable=False),
    sa.Column('product_code', sa.Text(), nullable=False),
    sa.Column('county_code', sa.Text(), nullable=False),
    sa.Column('industry_section', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('principal_fen', sa.BigInteger(), nullable=False),
    sa.Column('committed_fen', sa.BigInteger(), nullable=False),
    sa.Column('drawn_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('FILED', 'RELEASED', name='filingstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('filed_by', sa.Uuid(), nullable=True),
    sa.Column('file_id', sa.Uuid(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('release', sa.Enum('settled', 'written_off', 'cancelled', 'compensated', name='release', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.CheckConstraint("(state = 'RELEASED') = (released_at is not null) and (state = 'RELEASED') = (release is not null) and (state <> 'RELEASED' or committed_fen = 0)", name=op.f('ck_pool_filings_released')),
    sa.CheckConstraint('committed_fen between 0 and principal_fen', name=op.f('ck_pool_filings_committed')),
    sa.CheckConstraint('principal_fen > 0', name=op.f('ck_pool_filings_principal')),
    sa.ForeignKeyConstraint(['operator_id', 'agreement_id', 'pool_id', 'tenant_id'], ['pool_agreements.tenant_id', 'pool_agreements.id', 'pool_agreements.pool_id', 'pool_agreements.bank_id'], name='fk_pool_filings_agreement'),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_pool_filings_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_filings')),
    sa.UniqueConstraint('tenant_id', 'loan_id', name=op.f('uq_pool_filings_tenant_id_loan_id'))
    )
    op.create_index('ix_pool_filings_agreement_id', 'pool_filings', ['operator_id', 'agreement_id'], unique=False)
    op.create_index('ix_pool_filings_open', 'pool_filings', ['tenant_id', 'loan_id'], unique=False, postgresql_where=sa.text("state = 'FILED'"))
    op.create_index('ix_pool_filings_pool_id', 'pool_filings', ['operator_id', 'pool_id', 'id'], unique=False)
    op.create_index('ix_pool_filings_state', 'pool_filings', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_pool_filings_subject_id', 'pool_filings', ['subject_id', 'id'], unique=False)
    op.create_table('pool_payments',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('bank_id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('HELD', 'ISSUED', 'PAID', 'DROPPED', 'REVERSED', name='paymentstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('hold_id', sa.Uuid(), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('first_place', sa.Enum('fund_manager', 'finance_bureau', name='place', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('first_approved_by', sa.Uuid(), nullable=False),
    sa.Column('first_shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_place', sa.Enum('fund_manager', 'finance_bureau', name='second_place', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('second_approved_by', sa.Uuid(), nullable=True),
    sa.Column('second_shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('letter_year', sa.BigInteger(), nullable=True),
    sa.Column('letter_sequence', sa.BigInteger(), nullable=True),
    sa.Column('line_id', sa.Uuid(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reversed_by', sa.Uuid(), nullable=True),
    sa.Column('reversal_line_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("(state = 'REVERSED') = (reversed_by is not null and reversal_line_id is not null)", name=op.f('ck_pool_payments_reversed')),
    sa.CheckConstraint("(state in ('PAID', 'REVERSED')) = (line_id is not null) and (line_id is null) = (paid_on is null)", name=op.f('ck_pool_payments_paid')),
    sa.CheckConstraint("num_nonnulls(second_approved_by, second_place, second_shown_at, issued_at, letter_year, letter_sequence) = case when state in ('HELD', 'DROPPED') then 0 else 6 end", name=op.f('ck_pool_payments_issued')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_pool_payments_amount')),
    sa.CheckConstraint('second_approved_by <> first_approved_by and second_place <> first_place', name=op.f('ck_pool_payments_two_people')),
    sa.ForeignKeyConstraint(['tenant_id', 'line_id'], ['custodian_lines.tenant_id', 'custodian_lines.id'], name=op.f('fk_pool_payments_tenant_id_line_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'pool_id'], ['risk_pools.tenant_id', 'risk_pools.id'], name=op.f('fk_pool_payments_tenant_id_pool_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_payments')),
    sa.UniqueConstraint('bank_id', 'tenant_id', 'claim_id', 'id', 'first_approved_by', 'second_approved_by', name='uq_pool_payments_approved'),
    sa.UniqueConstraint('tenant_id', 'hold_id', name=op.f('uq_pool_payments_tenant_id_hold_id')),
    sa.UniqueConstraint('tenant_id', 'letter_year', 'letter_sequence', name=op.f('uq_pool_payments_tenant_id_letter_year_letter_sequence')),
    sa.UniqueConstraint('tenant_id', 'line_id', name=op.f('uq_pool_payments_tenant_id_line_id'))
    )
    op.create_index('ix_pool_payments_bank_id', 'pool_payments', ['bank_id', 'id'], unique=False)
    op.create_index('ix_pool_payments_claim_id', 'pool_payments', ['tenant_id', 'claim_id', 'id'], unique=False)
    op.create_index('ix_pool_payments_pool_id', 'pool_payments', ['tenant_id', 'pool_id', 'state', 'id'], unique=False)
    op.create_index('uq_pool_payments_open', 'pool_payments', ['tenant_id', 'claim_id'], unique=True, postgresql_where=sa.text("state in ('HELD', 'ISSUED')"))
    op.create_table('renewal_proposals',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('disaster_id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('PROPOSED', 'AGREED', 'DECLINED', 'WITHDRAWN', 'LAPSED', name='renewalstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('told_state', sa.Text(), nullable=True),
    sa.CheckConstraint("(state in ('AGREED', 'DECLINED')) = (decided_by is not null) and (decided_by is null) = (decided_at is null) and (decided_by is null) = (answer is null)", name=op.f('ck_renewal_proposals_decided')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_renewal_proposals_tenant_id_loan_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_renewal_proposals'))
    )
    op.create_index('ix_renewal_proposals_disaster', 'renewal_proposals', ['disaster_id', 'state'], unique=False)
    op.create_index('ix_renewal_proposals_state', 'renewal_proposals', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_renewal_proposals_subject_id', 'renewal_proposals', ['subject_id', 'id'], unique=False)
    op.create_index('ix_renewal_proposals_untold', 'renewal_proposals', ['id'], unique=False, postgresql_where=sa.text('told_state is distinct from state'))
    op.create_index('uq_renewal_proposals_loan', 'renewal_proposals', ['tenant_id', 'loan_id', 'disaster_id'], unique=True)
    op.create_index('uq_renewal_proposals_open', 'renewal_proposals', ['tenant_id', 'loan_id'], unique=True, postgresql_where=sa.text("state = 'PROPOSED'"))
    op.create_table('pool_claims',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('agreement_id', sa.Uuid(), nullable=False),
    sa.Column('guarantor_id', sa.Uuid(), nullable=True),
    sa.Column('filing_id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('contract_number', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('DRAFT', 'SUBMITTED', 'MATERIAL_CHECK', 'REVIEW', 'RETURNED', 'REJECTED', 'APPROVED', 'PAID', 'RECOVERING', 'CLOSED', 'WRITTEN_OFF', 'WITHDRAWN', name='claimstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('principal_fen', sa.BigInteger(), nullable=False),
    sa.Column('interest_fen', sa.BigInteger(), nullable=False),
    sa.Column('deposit_fen', sa.BigInteger(), nullable=False),
    sa.Column('loss_fen', sa.BigInteger(), nullable=False),
    sa.Column('pool_fen', sa.BigInteger(), nullable=False),
    sa.Column('bank_fen', sa.BigInteger(), nullable=False),
    sa.Column('guarantor_fen', sa.BigInteger(), nullable=False),
    sa.Column('guarantor_paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('unmet_fen', sa.BigInteger(), nullable=False),
    sa.Column('limited_by', sa.Enum('per_claim', 'bank_and_year', 'pool', name='limitedby', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('overdue_since', sa.Date(), nullable=True),
    sa.Column('overdue_days', sa.BigInteger(), nullable=False),
    sa.Column('trigger_days_left', sa.BigInteger(), nullable=False),
    sa.Column('terms', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('dossier', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('gaps', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
    sa.Column('worked_out_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drafted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('drafted_by', sa.Uuid(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('submitted_by', sa.Uuid(), nullable=True),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('payment_id', sa.Uuid(), nullable=True),
    sa.Column('first_approved_by', sa.Uuid(), nullable=True),
    sa.Column('second_approved_by', sa.Uuid(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_fen', sa.BigInteger(), nullable=False),
    sa.Column('cost_fen', sa.BigInteger(), nullable=False),
    sa.Column('ending', sa.Enum('write_off', 'reverse', name='ending', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('ending_reason', sa.Text(), nullable=True),
    sa.Column('ending_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ending_asked_by', sa.Uuid(), nullable=True),
    sa.Column('ending_by', sa.Uuid(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(ended_at is not null) = (state in ('REJECTED', 'WITHDRAWN', 'CLOSED', 'WRITTEN_OFF'))", name=op.f('ck_pool_claims_ended')),
    sa.CheckConstraint("(state in ('DRAFT', 'WITHDRAWN')) or submitted_at is not null", name=op.f('ck_pool_claims_submitted')),
    sa.CheckConstraint("not (state in ('APPROVED', 'PAID', 'RECOVERING', 'CLOSED', 'WRITTEN_OFF')) or num_nonnulls(payment_id, first_approved_by, second_approved_by, approved_at) = 4", name=op.f('ck_pool_claims_approved_by_two')),
    sa.CheckConstraint("state <> 'WRITTEN_OFF' or (ending = 'write_off' and ending_by is not null)", name=op.f('ck_pool_claims_written_off')),
    sa.CheckConstraint("state not in ('PAID', 'RECOVERING', 'CLOSED', 'WRITTEN_OFF') or paid_at is not null", name=op.f('ck_pool_claims_paid')),
    sa.CheckConstraint('ending_by <> ending_asked_by', name=op.f('ck_pool_claims_ended_by_two')),
    sa.CheckConstraint('guarantor_fen = 0 or guarantor_id is not null', name=op.f('ck_pool_claims_guarantor')),
    sa.CheckConstraint('least(principal_fen, interest_fen, deposit_fen, loss_fen, pool_fen, bank_fen, guarantor_fen, unmet_fen, received_fen, cost_fen, round, overdue_days) >= 0 and pool_fen + bank_fen + guarantor_fen + unmet_fen = loss_fen and guarantor_paid_fen between 0 and guarantor_fen', name=op.f('ck_pool_claims_figures')),
    sa.CheckConstraint('num_nonnulls(ending, ending_reason, ending_asked_at, ending_asked_by) in (0, 4)', name=op.f('ck_pool_claims_ending_asked')),
    sa.ForeignKeyConstraint(['tenant_id', 'filing_id'], ['pool_filings.tenant_id', 'pool_filings.id'], name=op.f('fk_pool_claims_tenant_id_filing_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'loan_id'], ['loans.tenant_id', 'loans.id'], name=op.f('fk_pool_claims_tenant_id_loan_id')),
    sa.ForeignKeyConstraint(['tenant_id', 'operator_id', 'id', 'payment_id', 'first_approved_by', 'second_approved_by'], ['pool_payments.bank_id', 'pool_payments.tenant_id', 'pool_payments.claim_id', 'pool_payments.id', 'pool_payments.first_approved_by', 'pool_payments.second_approved_by'], name='fk_pool_claims_approved'),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_claims'))
    )
    op.create_index('ix_pool_claims_guarantor_id', 'pool_claims', ['guarantor_id', 'id'], unique=False)
    op.create_index('ix_pool_claims_loan_id', 'pool_claims', ['tenant_id', 'loan_id'], unique=False)
    op.create_index('ix_pool_claims_operator_id', 'pool_claims', ['operator_id', 'state', 'id'], unique=False)
    op.create_index('ix_pool_claims_pool_id', 'pool_claims', ['operator_id', 'pool_id', 'paid_at'], unique=False)
    op.create_index('ix_pool_claims_state', 'pool_claims', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_pool_claims_subject_id', 'pool_claims', ['subject_id', 'id'], unique=False)
    op.create_index('uq_pool_claims_live', 'pool_claims', ['tenant_id', 'filing_id'], unique=True, postgresql_where=sa.text("state not in ('REJECTED', 'WITHDRAWN')"))
    op.create_table('pool_collection_files',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('loan_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('size_bytes', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('key_sealed', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_pool_collection_files_sha256')),
    sa.ForeignKeyConstraint(['tenant_id', 'attempt_id'], ['pool_collections.tenant_id', 'pool_collections.id'], name=op.f('fk_pool_collection_files_tenant_id_attempt_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_collection_files')),
    sa.UniqueConstraint('tenant_id', 'attempt_id', 'sha256', name=op.f('uq_pool_collection_files_tenant_id_attempt_id_sha256'))
    )
    op.create_index('ix_pool_collection_files_loan_id', 'pool_collection_files', ['tenant_id', 'loan_id', 'id'], unique=False)
    op.create_index('ix_pool_collection_files_subject_id', 'pool_collection_files', ['subject_id', 'id'], unique=False)
    op.create_table('guarantor_parts',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('guarantor_id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('round', sa.BigInteger(), nullable=False),
    sa.Column('contract_number', sa.Text(), nullable=False),
    sa.Column('letter_number', sa.Text(), nullable=True),
    sa.Column('state', sa.Enum('ASKED', 'AGREED', 'REFUSED', 'WITHDRAWN', name='partstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('share_bps', sa.BigInteger(), nullable=False),
    sa.Column('loss_fen', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('overdue_days', sa.BigInteger(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('escalated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('refusal', sa.Enum('not_covered', 'period_over', 'terms_not_kept', 'amount_wrong', 'other', name='partrefusal', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'WITHDRAWN') = (ended_at is not null)", name=op.f('ck_guarantor_parts_ended')),
    sa.CheckConstraint("state <> 'AGREED' or answered_by is not null", name=op.f('ck_guarantor_parts_agreed')),
    sa.CheckConstraint("state <> 'REFUSED' or refusal is not null", name=op.f('ck_guarantor_parts_refused')),
    sa.CheckConstraint("state not in ('AGREED', 'REFUSED') or answered_at is not null", name=op.f('ck_guarantor_parts_answered')),
    sa.CheckConstraint('amount_fen > 0 and amount_fen <= loss_fen and share_bps between 1 and 10000', name=op.f('ck_guarantor_parts_amount')),
    sa.CheckConstraint('guarantor_id <> tenant_id', name=op.f('ck_guarantor_parts_parties')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['pool_claims.tenant_id', 'pool_claims.id'], name=op.f('fk_guarantor_parts_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_guarantor_parts')),
    sa.UniqueConstraint('tenant_id', 'claim_id', 'round', name=op.f('uq_guarantor_parts_tenant_id_claim_id_round'))
    )
    op.create_index('ix_guarantor_parts_guarantor_id', 'guarantor_parts', ['guarantor_id', 'state', 'id'], unique=False)
    op.create_index('ix_guarantor_parts_operator_id', 'guarantor_parts', ['operator_id', 'claim_id'], unique=False)
    op.create_index('ix_guarantor_parts_state', 'guarantor_parts', ['tenant_id', 'state', 'id'], unique=False)
    op.create_table('guarantor_transfers',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('guarantor_id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('compensation', 'recovery', name='transferkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('state', sa.Enum('NOTED', 'CONFIRMED', 'DENIED', 'RETURNED', name='transferstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('noted_by', sa.Uuid(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.CheckConstraint("(state = 'NOTED') = (settled_at is null)", name=op.f('ck_guarantor_transfers_settled')),
    sa.CheckConstraint("kind = 'compensation' or state in ('NOTED', 'CONFIRMED')", name=op.f('ck_guarantor_transfers_recovery_stays')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_guarantor_transfers_amount')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['pool_claims.tenant_id', 'pool_claims.id'], name=op.f('fk_guarantor_transfers_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_guarantor_transfers')),
    sa.UniqueConstraint('guarantor_id', 'reference', name=op.f('uq_guarantor_transfers_guarantor_id_reference'))
    )
    op.create_index('ix_guarantor_transfers_claim_id', 'guarantor_transfers', ['tenant_id', 'claim_id', 'id'], unique=False)
    op.create_index('ix_guarantor_transfers_guarantor_id', 'guarantor_transfers', ['guarantor_id', 'state', 'id'], unique=False)
    op.create_index('ix_guarantor_transfers_operator_id', 'guarantor_transfers', ['operator_id', 'claim_id'], unique=False)
    op.create_index('ix_guarantor_transfers_state', 'guarantor_transfers', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('uq_guarantor_transfers_noted', 'guarantor_transfers', ['tenant_id', 'claim_id'], unique=True, postgresql_where=sa.text("state = 'NOTED' and kind = 'compensation'"))
    op.create_table('pool_recoveries',
    sa.Column('tenant_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('operator_id', sa.Uuid(), nullable=False),
    sa.Column('pool_id', sa.Uuid(), nullable=False),
    sa.Column('claim_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('received_fen', sa.BigInteger(), nullable=False),
    sa.Column('cost_fen', sa.BigInteger(), nullable=False),
    sa.Column('recovered_on', sa.Date(), nullable=False),
    sa.Column('pool_fen', sa.BigInteger(), nullable=False),
    sa.Column('bank_fen', sa.BigInteger(), nullable=False),
    sa.Column('guarantor_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('REPORTED', 'CONFIRMED', name='recoverystate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('posting_id', sa.Uuid(), nullable=False),
    sa.Column('line_id', sa.Uuid(), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reported_by', sa.Uuid(), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'CONFIRMED') = (confirmed_at is not null) and (state = 'CONFIRMED') = (line_id is not null or pool_fen = 0)", name=op.f('ck_pool_recoveries_confirmed')),
    sa.CheckConstraint('pool_fen >= 0 and guarantor_fen >= 0', name=op.f('ck_pool_recoveries_parts')),
    sa.CheckConstraint('received_fen >= 0 and cost_fen >= 0 and received_fen + cost_fen > 0', name=op.f('ck_pool_recoveries_amounts')),
    sa.ForeignKeyConstraint(['tenant_id', 'claim_id'], ['pool_claims.tenant_id', 'pool_claims.id'], name=op.f('fk_pool_recoveries_tenant_id_claim_id')),
    sa.PrimaryKeyConstraint('tenant_id', 'id', name=op.f('pk_pool_recoveries')),
    sa.UniqueConstraint('operator_id', 'number', name=op.f('uq_pool_recoveries_operator_id_number')),
    sa.UniqueConstraint('tenant_id', 'reference', name=op.f('uq_pool_recoveries_tenant_id_reference'))
    )
    op.create_index('ix_pool_recoveries_claim_id', 'pool_recoveries', ['tenant_id', 'claim_id', 'id'], unique=False)
    op.create_index('ix_pool_recoveries_pool_id', 'pool_recoveries', ['operator_id', 'pool_id', 'state', 'id'], unique=False)
    op.create_index('ix_pool_recoveries_state', 'pool_recoveries', ['tenant_id', 'state', 'id'], unique=False)
    op.create_index('ix_pool_recoveries_subject_id', 'pool_recoveries', ['subject_id', 'id'], unique=False)
    # ### end Alembic commands ###
    for statement in ACCESS:
        op.execute(sa.text(statement.replace(':', r'\:')))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for statement in ACCESS:
        if statement.startswith('CREATE POLICY'):
            name, table = statement.split()[2], statement.split()[4]
            op.execute(f'DROP POLICY {name} ON {table}')
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_index('ix_pool_recoveries_subject_id', table_name='pool_recoveries')
    op.drop_index('ix_pool_recoveries_state', table_name='pool_recoveries')
    op.drop_index('ix_pool_recoveries_pool_id', table_name='pool_recoveries')
    op.drop_index('ix_pool_recoveries_claim_id', table_name='pool_recoveries')
    op.drop_table('pool_recoveries')
    op.drop_index('uq_guarantor_transfers_noted', table_name='guarantor_transfers', postgresql_where=sa.text("state = 'NOTED' and kind = 'compensation'"))
    op.drop_index('ix_guarantor_transfers_state', table_name='guarantor_transfers')
    op.drop_index('ix_guarantor_transfers_operator_id', table_name='guarantor_transfers')
    op.drop_index('ix_guarantor_transfers_guarantor_id', table_name='guarantor_transfers')
    op.drop_index('ix_guarantor_transfers_claim_id', table_name='guarantor_transfers')
    op.drop_table('guarantor_transfers')
    op.drop_index('ix_guarantor_parts_state', table_name='guarantor_parts')
    op.drop_index('ix_guarantor_parts_operator_id', table_name='guarantor_parts')
    op.drop_index('ix_guarantor_parts_guarantor_id', table_name='guarantor_parts')
    op.drop_table('guarantor_parts')
    op.drop_index('ix_pool_collection_files_subject_id', table_name='pool_collection_files')
    op.drop_index('ix_pool_collection_files_loan_id', table_name='pool_collection_files')
    op.drop_table('pool_collection_files')
    op.drop_index('uq_pool_claims_live', table_name='pool_claims', postgresql_where=sa.text("state not in ('REJECTED', 'WITHDRAWN')"))
    op.drop_index('ix_pool_claims_subject_id', table_name='pool_claims')
    op.drop_index('ix_pool_claims_state', table_name='pool_claims')
    op.drop_index('ix_pool_claims_pool_id', table_name='pool_claims')
    op.drop_index('ix_pool_claims_operator_id', table_name='pool_claims')
    op.drop_index('ix_pool_claims_loan_id', table_name='pool_claims')
    op.drop_index('ix_pool_claims_guarantor_id', table_name='pool_claims')
    op.drop_table('pool_claims')
    op.drop_index('uq_renewal_proposals_open', table_name='renewal_proposals', postgresql_where=sa.text("state = 'PROPOSED'"))
    op.drop_index('uq_renewal_proposals_loan', table_name='renewal_proposals')
    op.drop_index('ix_renewal_proposals_untold', table_name='renewal_proposals', postgresql_where=sa.text('told_state is distinct from state'))
    op.drop_index('ix_renewal_proposals_subject_id', table_name='renewal_proposals')
    op.drop_index('ix_renewal_proposals_state', table_name='renewal_proposals')
    op.drop_index('ix_renewal_proposals_disaster', table_name='renewal_proposals')
    op.drop_table('renewal_proposals')
    op.drop_index('uq_pool_payments_open', table_name='pool_payments', postgresql_where=sa.text("state in ('HELD', 'ISSUED')"))
    op.drop_index('ix_pool_payments_pool_id', table_name='pool_payments')
    op.drop_index('ix_pool_payments_claim_id', table_name='pool_payments')
    op.drop_index('ix_pool_payments_bank_id', table_name='pool_payments')
    op.drop_table('pool_payments')
    op.drop_index('ix_pool_filings_subject_id', table_name='pool_filings')
    op.drop_index('ix_pool_filings_state', table_name='pool_filings')
    op.drop_index('ix_pool_filings_pool_id', table_name='pool_filings')
    op.drop_index('ix_pool_filings_open', table_name='pool_filings', postgresql_where=sa.text("state = 'FILED'"))
    op.drop_index('ix_pool_filings_agreement_id', table_name='pool_filings')
    op.drop_table('pool_filings')
    op.drop_index('ix_pool_collections_subject_id', table_name='pool_collections')
    op.drop_index('ix_pool_collections_loan_id', table_name='pool_collections')
    op.drop_table('pool_collections')
    op.drop_index('ix_perk_limit_parties_subject_id', table_name='perk_limit_parties')
    op.drop_table('perk_limit_parties')
    op.drop_index('ix_perk_cover_recoveries_claim_id', table_name='perk_cover_recoveries')
    op.drop_table('perk_cover_recoveries')
    op.drop_index('ix_perk_cover_papers_claim_id', table_name='perk_cover_papers')
    op.drop_table('perk_cover_papers')
    op.drop_index('ix_loan_warnings_untold', table_name='loan_warnings', postgresql_where=sa.text('state <> told_state'))
    op.drop_index('ix_loan_warnings_subject_id', table_name='loan_warnings')
    op.drop_index('ix_loan_warnings_state', table_name='loan_warnings')
    op.drop_index('ix_loan_warnings_severity', table_name='loan_warnings')
    op.drop_index('ix_loan_warnings_loan_id', table_name='loan_warnings')
    op.drop_index('ix_loan_warnings_due_at', table_name='loan_warnings', postgresql_where=sa.text("state in ('RAISED', 'ACKNOWLEDGED')"))
    op.drop_table('loan_warnings')
    op.drop_index('ix_loan_repayments_paid_on', table_name='loan_repayments')
    op.drop_index('ix_loan_repayments_loan_id', table_name='loan_repayments')
    op.drop_table('loan_repayments')
    op.drop_index('ix_loan_instalments_open', table_name='loan_instalments', postgresql_where=sa.text('principal_paid_fen + interest_paid_fen + fee_paid_fen < principal_fen + interest_fen + fee_fen'))
    op.drop_index('ix_loan_instalments_due_on', table_name='loan_instalments')
    op.drop_table('loan_instalments')
    op.drop_index('ix_loan_drawdowns_loan_id', table_name='loan_drawdowns')
    op.drop_index('ix_loan_drawdowns_drawn_on', table_name='loan_drawdowns')
    op.drop_table('loan_drawdowns')
    op.drop_table('grid_claim_seats')
    op.drop_index('uq_grid_claim_photos_original', table_name='grid_claim_photos')
    op.drop_index('uq_grid_claim_photos_number', table_name='grid_claim_photos')
    op.drop_index('ix_grid_claim_photos_taken_in', table_name='grid_claim_photos')
    op.drop_table('grid_claim_photos')
    op.drop_index('uq_grid_appeals_open', table_name='grid_appeals', postgresql_where=sa.text('closed_at is null'))
    op.drop_index('uq_grid_appeals_number', table_name='grid_appeals')
    op.drop_index('ix_grid_appeals_filed_by', table_name='grid_appeals')
    op.drop_table('grid_appeals')
    op.drop_index('ix_grid_app_told_refused', table_name='grid_app_told', postgresql_where=sa.text('refusal is not null'))
    op.drop_table('grid_app_told')
    op.drop_index('ix_shop_lines_good_id', table_name='shop_lines')
    op.drop_table('shop_lines')
    op.drop_index('ix_pool_stop_loss_changes_of', table_name='pool_stop_loss_changes')
    op.drop_table('pool_stop_loss_changes')
    op.drop_index('ix_pool_fundings_pool_id', table_name='pool_fundings')
    op.drop_table('pool_fundings')
    op.drop_index('ix_perk_ticket_spends_verdict', table_name='perk_ticket_spends')
    op.drop_index('ix_perk_ticket_spends_ticket_id', table_name='perk_ticket_spends')
    op.drop_table('perk_ticket_spends')
    op.drop_index('uq_perk_limits_order_id', table_name='perk_limits', postgresql_where=sa.text("state <> 'ENDED'"))
    op.drop_index('ix_perk_limits_redemption_id', table_name='perk_limits')
    op.drop_table('perk_limits')
    op.drop_index('uq_perk_cover_claims_order_id', table_name='perk_cover_claims', postgresql_where=sa.text("state not in ('REJECTED', 'WITHDRAWN')"))
    op.drop_index('ix_perk_cover_claims_year', table_name='perk_cover_claims')
    op.drop_index('ix_perk_cover_claims_tenant_id', table_name='perk_cover_claims')
    op.drop_index('ix_perk_cover_claims_state', table_name='perk_cover_claims')
    op.drop_table('perk_cover_claims')
    op.drop_index('ix_order_refunds_state', table_name='order_refunds')
    op.drop_index('ix_order_refunds_order_id', table_name='order_refunds')
    op.drop_table('order_refunds')
    op.drop_table('order_outcomes')
    op.drop_index('uq_loans_renews_id', table_name='loans')
    op.drop_index('uq_loans_offer_id', table_name='loans')
    op.drop_index('ix_loans_untold', table_name='loans', postgresql_where=sa.text('state <> told_state'))
    op.drop_index('ix_loans_subject_id', table_name='loans')
    op.drop_index('ix_loans_state', table_name='loans')
    op.drop_index('ix_loans_referral_id', table_name='loans')
    op.drop_index('ix_loans_overdue_days', table_name='loans')
    op.drop_index('ix_loans_contract_number', table_name='loans')
    op.drop_index('ix_loans_collateral', table_name='loans', postgresql_where=sa.text('collateral_reminded_for is distinct from collateral_expires_on'))
    op.drop_table('loans')
    op.drop_index('uq_guarantee_requests_live', table_name='guarantee_requests', postgresql_where=sa.text("state in ('REQUESTED', 'UNDERWRITTEN', 'APPROVED')"))
    op.drop_index('uq_guarantee_requests_letter', table_name='guarantee_requests', postgresql_where=sa.text('approved_at is not null'))
    op.drop_index('ix_guarantee_requests_state', table_name='guarantee_requests')
    op.drop_index('ix_guarantee_requests_lead_id', table_name='guarantee_requests')
    op.drop_index('ix_guarantee_requests_guarantor_id', table_name='guarantee_requests')
    op.drop_table('guarantee_requests')
    op.drop_index('ix_grid_claims_state', table_name='grid_claims')
    op.drop_index('ix_grid_claims_posted_at', table_name='grid_claims', postgresql_where=sa.text("state = 'POSTED'"))
    op.drop_index('ix_grid_claims_notice', table_name='grid_claims')
    op.drop_index('ix_grid_claims_household', table_name='grid_claims')
    op.drop_index('ix_grid_claims_at_town', table_name='grid_claims', postgresql_where=sa.text("state = 'AT_TOWN'"))
    op.drop_table('grid_claims')
    op.drop_index('uq_grid_agreements_live', table_name='grid_agreements', postgresql_where=sa.text('ended_at is null'))
    op.drop_index('ix_grid_agreements_person_id', table_name='grid_agreements')
    op.drop_table('grid_agreements')
    op.drop_index('uq_custodian_lines_matched_id', table_name='custodian_lines', postgresql_where=sa.text('matched is not null'))
    op.drop_index('ix_custodian_lines_statement_id', table_name='custodian_lines')
    op.drop_index('ix_custodian_lines_state', table_name='custodian_lines')
    op.drop_index('ix_custodian_lines_booked_on', table_name='custodian_lines')
    op.drop_table('custodian_lines')
    op.drop_index('ix_source_transfers_due_at', table_name='source_transfers', postgresql_where=sa.text('passed_at is null'))
    op.drop_table('source_transfers')
    op.drop_table('source_inquiries')
    op.drop_index('ix_shop_redemptions_state', table_name='shop_redemptions')
    op.drop_index('ix_shop_redemptions_household', table_name='shop_redemptions')
    op.drop_index('ix_shop_redemptions_ended_at', table_name='shop_redemptions')
    op.drop_table('shop_redemptions')
    op.drop_index('uq_shop_cards_number', table_name='shop_cards')
    op.drop_index('uq_shop_cards_household', table_name='shop_cards', postgresql_where=sa.text("state = 'ACTIVE'"))
    op.drop_table('shop_cards')
    op.drop_index('uq_service_orders_redemption_id', table_name='service_orders', postgresql_where=sa.text("stage not in ('REVOKED', 'EXPIRED')"))
    op.drop_index('ix_service_orders_stage', table_name='service_orders')
    op.drop_index('ix_service_orders_created_at', table_name='service_orders')
    op.drop_table('service_orders')
    op.drop_table('rural_votes')
    op.drop_table('rural_recusals')
    op.drop_index('uq_rural_grades_in_force', table_name='rural_grades', postgresql_where=sa.text("state = 'IN_FORCE'"))
    op.drop_index('ix_rural_grades_expiry', table_name='rural_grades', postgresql_where=sa.text("state = 'IN_FORCE'"))
    op.drop_index('ix_rural_grades_area', table_name='rural_grades')
    op.drop_table('rural_grades')
    op.drop_table('rural_ballots')
    op.drop_index('ix_referral_messages_request_id', table_name='referral_messages')
    op.drop_index('ix_referral_messages_referral_id', table_name='referral_messages')
    op.drop_index('ix_referral_messages_of_request', table_name='referral_messages')
    op.drop_table('referral_messages')
    op.drop_table('reckoned_days')
    op.drop_index('ix_pool_stop_losses_bank_id', table_name='pool_stop_losses')
    op.drop_table('pool_stop_losses')
    op.drop_table('pool_partners')
    op.drop_index('uq_pool_agreements_in_force', table_name='pool_agreements', postgresql_where=sa.text("state = 'IN_FORCE'"))
    op.drop_index('ix_pool_agreements_guarantor_id', table_name='pool_agreements')
    op.drop_index('ix_pool_agreements_bank_id', table_name='pool_agreements')
    op.drop_table('pool_agreements')
    op.drop_index('uq_perk_tickets_redemption_id', table_name='perk_tickets')
    op.drop_index('ix_perk_tickets_valid_until', table_name='perk_tickets')
    op.drop_index('ix_perk_tickets_state', table_name='perk_tickets')
    op.drop_index('ix_perk_tickets_programme_id', table_name='perk_tickets')
    op.drop_table('perk_tickets')
    op.drop_index('ix_perk_settlement_lines_settlement_id', table_name='perk_settlement_lines')
    op.drop_index('ix_perk_settlement_lines_programme_id', table_name='perk_settlement_lines')
    op.drop_table('perk_settlement_lines')
    op.drop_index('ix_perk_redeemers_subject_id', table_name='perk_redeemers')
    op.drop_index('ix_perk_redeemers_scenario', table_name='perk_redeemers')
    op.drop_index('ix_perk_redeemers_programme', table_name='perk_redeemers')
    op.drop_table('perk_redeemers')
    op.drop_index('uq_offers_open', table_name='offers', postgresql_where=sa.text("state in ('OPEN', 'CHOSEN')"))
    op.drop_index('uq_offers_chosen', table_name='offers', postgresql_where=sa.text("state = 'CHOSEN'"))
    op.drop_index('ix_offers_valid_until', table_name='offers')
    op.drop_index('ix_offers_subject_id', table_name='offers')
    op.drop_index('ix_offers_state', table_name='offers')
    op.drop_index('ix_offers_referral_id', table_name='offers')
    op.drop_index('ix_offers_made_at', table_name='offers')
    op.drop_index('ix_offers_amount_fen', table_name='offers')
    op.drop_table('offers')
    op.drop_index('uq_material_requests_open', table_name='material_requests', postgresql_where=sa.text("state = 'OPEN'"))
    op.drop_index('ix_material_requests_state', table_name='material_requests')
    op.drop_index('ix_material_requests_request_id', table_name='material_requests')
    op.drop_index('ix_material_requests_referral_id', table_name='material_requests')
    op.drop_table('material_requests')
    op.drop_index('uq_household_members_subject_id', table_name='household_members', postgresql_where=sa.text('left_at is null and subject_id is not null'))
    op.drop_index('uq_household_members_resident_id', table_name='household_members', postgresql_where=sa.text('left_at is null and resident_id_index is not null'))
    op.drop_index('ix_household_members_subject_id', table_name='household_members', postgresql_where=sa.text('subject_id is not null'))
    op.drop_index('ix_household_members_resident_id_index', table_name='household_members', postgresql_where=sa.text('left_at is null and resident_id_index is not null'))
    op.drop_index('ix_household_members_left', table_name='household_members', postgresql_where=sa.text("left_at is not null and name_masked <> ''"))
    op.drop_index('ix_household_members_key_version', table_name='household_members', postgresql_where=sa.text('key_version is not null'))
    op.drop_index('ix_household_members_household_id', table_name='household_members')
    op.drop_table('household_members')
    op.drop_index('uq_household_links_open', table_name='household_links', postgresql_where=sa.text("state in ('ASKED', 'CONFIRMED')"))
    op.drop_index('ix_household_links_state', table_name='household_links')
    op.drop_index('ix_household_links_person_id', table_name='household_links')
    op.drop_table('household_links')
    op.drop_table('grid_staff_homes')
    op.drop_index('uq_grid_app_events_foreign_number', table_name='grid_app_events')
    op.drop_table('grid_app_events')
    op.drop_table('custodian_statements')
    op.drop_index('ix_credit_line_uses_subject_id', table_name='credit_line_uses')
    op.drop_table('credit_line_uses')
    op.drop_index('ix_case_documents_case_id', table_name='case_documents')
    op.drop_table('case_documents')
    op.drop_index('ix_webhook_deliveries_heads', table_name='webhook_deliveries', postgresql_where=sa.text("state = 'PENDING'"))
    op.drop_index('ix_webhook_deliveries_give_up_at', table_name='webhook_deliveries', postgresql_where=sa.text("state = 'PENDING'"))
    op.drop_index('ix_webhook_deliveries_event_id', table_name='webhook_deliveries')
    op.drop_index('ix_webhook_deliveries_attempted_at', table_name='webhook_deliveries')
    op.drop_table('webhook_deliveries')
    op.drop_index('ix_staff_leaves_ends_on', table_name='staff_leaves')
    op.drop_table('staff_leaves')
    op.drop_table('staff_identities')
    op.drop_table('rural_panel_members')
    op.drop_index('uq_rural_entries_subject', table_name='rural_entries', postgresql_where=sa.text("state <> 'LEFT'"))
    op.drop_index('ix_rural_entries_waiting', table_name='rural_entries', postgresql_where=sa.text("state in ('RATED', 'REOPENED', 'HEARING')"))
    op.drop_index('ix_rural_entries_tier', table_name='rural_entries')
    op.drop_index('ix_rural_entries_subject_id', table_name='rural_entries')
    op.drop_index('ix_rural_entries_state', table_name='rural_entries')
    op.drop_index('ix_rural_entries_cycle', table_name='rural_entries')
    op.drop_table('rural_entries')
    op.drop_table('risk_pools')
    op.drop_index('uq_review_cases_open', table_name='review_cases', postgresql_nulls_not_distinct=True, postgresql_where=sa.text("not (state in ('EFFECTIVE', 'WITHDRAWN', 'LAPSED'))"))
    op.drop_index('ix_review_cases_office_id', table_name='review_cases')
    op.drop_table('review_cases')
    op.drop_index('ix_repair_documents_application_id', table_name='repair_documents')
    op.drop_table('repair_documents')
    op.drop_index('uq_referrals_lead_id', table_name='referrals')
    op.drop_index('ix_referrals_officer_id', table_name='referrals')
    op.drop_index('ix_referrals_lead_id', table_name='referrals')
    op.drop_index('ix_referrals_inbox', table_name='referrals')
    op.drop_index('ix_referrals_escalated', table_name='referrals', postgresql_where=sa.text('escalations > 0'))
    op.drop_index('ix_referrals_dispatched_at', table_name='referrals')
    op.drop_index('ix_referrals_dispatched', table_name='referrals')
    op.drop_index('ix_referrals_decide_by', table_name='referrals')
    op.drop_table('referrals')
    op.drop_index('ix_product_replays_state', table_name='product_replays')
    op.drop_index('ix_product_replays_quarter_from', table_name='product_replays')
    op.drop_index('ix_product_replays_product_id', table_name='product_replays')
    op.drop_table('product_replays')
    op.drop_table('product_branches')
    op.drop_index('ix_perk_redemptions_use_by', table_name='perk_redemptions', postgresql_where=sa.text("state = 'GRANTED'"))
    op.drop_index('ix_perk_redemptions_state', table_name='perk_redemptions')
    op.drop_index('ix_perk_redemptions_programme_id', table_name='perk_redemptions')
    op.drop_index('ix_perk_redemptions_day', table_name='perk_redemptions')
    op.drop_table('perk_redemptions')
    op.drop_index('uq_perk_covers_open', table_name='perk_covers', postgresql_nulls_not_distinct=True, postgresql_where=sa.text('closed_at is null'))
    op.drop_table('perk_covers')
    op.drop_index('ix_order_bill_gaps_bill_id', table_name='order_bill_gaps')
    op.drop_table('order_bill_gaps')
    op.drop_index('ix_order_authorisations_state', table_name='order_authorisations')
    op.drop_table('order_authorisations')
    op.drop_index('ix_memberships_staff_id', table_name='memberships')
    op.drop_table('memberships')
    op.drop_index('uq_ledger_transfers_reverses_id', table_name='ledger_transfers', postgresql_where=sa.text('reverses_id is not null'))
    op.drop_index('uq_ledger_transfers_pending_id', table_name='ledger_transfers', postgresql_where=sa.text('pending_id is not null'))
    op.drop_index('ix_ledger_transfers_debit', table_name='ledger_transfers')
    op.drop_index('ix_ledger_transfers_credit', table_name='ledger_transfers')
    op.drop_table('ledger_transfers')
    op.drop_index('uq_league_lines_id', table_name='league_lines')
    op.drop_index('ix_league_lines_tenant_id', table_name='league_lines')
    op.drop_index('ix_league_lines_table_id', table_name='league_lines')
    op.drop_index('ix_league_lines_measure', table_name='league_lines')
    op.drop_table('league_lines')
    op.drop_index('uq_incentive_awards_bank_id', table_name='incentive_awards')
    op.drop_index('ix_incentive_awards_bank', table_name='incentive_awards')
    op.drop_table('incentive_awards')
    op.drop_index('uq_households_number', table_name='households')
    op.drop_index('ix_households_subject_id', table_name='households', postgresql_where=sa.text('subject_id is not null'))
    op.drop_index('ix_households_state', table_name='households')
    op.drop_index('ix_households_group_name', table_name='households')
    op.drop_index('ix_households_grid_id', table_name='households')
    op.drop_table('households')
    op.drop_index('uq_guarantor_limits_guarantor_id', table_name='guarantor_limits')
    op.drop_table('guarantor_limits')
    op.drop_index('ix_group_exemptions_untold', table_name='group_exemptions', postgresql_where=sa.text('told_at is null or ended_at is not null and end_told_at is null'))
    op.drop_index('ix_group_exemptions_live', table_name='group_exemptions', postgresql_where=sa.text('ended_at is null'))
    op.drop_table('group_exemptions')
    op.drop_index('uq_grid_workers_live', table_name='grid_workers', postgresql_where=sa.text('ends_before is null'))
    op.drop_index('ix_grid_workers_staff_id', table_name='grid_workers')
    op.drop_table('grid_workers')
    op.drop_index('uq_grid_photo_pieces_place', table_name='grid_photo_pieces')
    op.drop_table('grid_photo_pieces')
    op.drop_index('uq_grid_notice_pages_token', table_name='grid_notice_pages')
    op.drop_index('uq_grid_notice_pages_notice', table_name='grid_notice_pages')
    op.drop_table('grid_notice_pages')
    op.drop_table('grid_capture_versions')
    op.drop_index('uq_grid_capture_items_place', table_name='grid_capture_items')
    op.drop_index('ix_grid_capture_items_staff', table_name='grid_capture_items')
    op.drop_index('ix_grid_capture_items_conflict', table_name='grid_capture_items', postgresql_where=sa.text("verdict = 'conflict' and settled_at is null"))
    op.drop_table('grid_capture_items')
    op.drop_index('ix_declared_disasters_counted', table_name='declared_disasters', postgresql_where=sa.text('renewals_at is not null'))
    op.drop_table('declared_disasters')
    op.drop_index('ix_credit_round_notices_round', table_name='credit_round_notices')
    op.drop_table('credit_round_notices')
    op.drop_index('uq_credit_round_members_subject', table_name='credit_round_members', postgresql_where=sa.text("state not in ('LEFT', 'ENDED')"))
    op.drop_index('ix_credit_round_members_subject_id', table_name='credit_round_members')
    op.drop_index('ix_credit_round_members_state', table_name='credit_round_members')
    op.drop_index('ix_credit_round_members_running', table_name='credit_round_members', postgresql_where=sa.text("state in ('NOTICED', 'ACTIVE')"))
    op.drop_index('ix_credit_round_members_round', table_name='credit_round_members')
    op.drop_table('credit_round_members')
    op.drop_index('ix_bank_ledger_differences_operator_id', table_name='bank_ledger_differences')
    op.drop_table('bank_ledger_differences')
    op.drop_index('ix_attachments_request_id', table_name='attachments')
    op.drop_index('ix_attachments_of_request', table_name='attachments')
    op.drop_table('attachments')
    op.drop_index('ix_wechat_accounts_person_id', table_name='wechat_accounts')
    op.drop_table('wechat_accounts')
    op.drop_index('ix_webhook_endpoints_due', table_name='webhook_endpoints', postgresql_where=sa.text("due_at is not null and state <> 'PAUSED'"))
    op.drop_table('webhook_endpoints')
    op.drop_table('watched_grades')
    op.drop_index('uq_warning_rule_sets_version', table_name='warning_rule_sets')
    op.drop_index('uq_warning_rule_sets_active', table_name='warning_rule_sets', postgresql_where=sa.text("state = 'ACTIVE'"))
    op.drop_table('warning_rule_sets')
    op.drop_table('warning_rule_figures')
    op.drop_index('uq_villages_code', table_name='villages', postgresql_where=sa.text("state = 'ACTIVE'"))
    op.drop_index('ix_villages_town_code', table_name='villages')
    op.drop_table('villages')
    op.drop_index('uq_village_mergers_open', table_name='village_mergers', postgresql_where=sa.text("state in ('PROPOSED', 'APPROVED')"))
    op.drop_index('ix_village_mergers_into', table_name='village_mergers')
    op.drop_table('village_mergers')
    op.drop_index('uq_village_grids_code', table_name='village_grids', postgresql_where=sa.text("state = 'ACTIVE'"))
    op.drop_table('village_grids')
    op.drop_table('village_counts')
    op.drop_index('ix_used_assertions_expires_at', table_name='used_assertions')
    op.drop_table('used_assertions')
    op.drop_table('tenants')
    op.drop_index('ix_tenant_events_waiting', table_name='tenant_events', postgresql_where=sa.text('position is null'))
    op.drop_index('ix_tenant_events_id', table_name='tenant_events')
    op.drop_table('tenant_events')
    op.drop_index('uq_subjects_uscc', table_name='subjects', postgresql_where=sa.text('sandbox_id is null'))
    op.drop_index('ix_subjects_place', table_name='subjects')
    op.drop_table('subjects')
    op.drop_index('ix_subject_doors_key_version', table_name='subject_doors', postgresql_where=sa.text('key_version is not null'))
    op.drop_table('subject_doors')
    op.drop_index('ix_staged_records_person', table_name='staged_records', postgresql_where=sa.text('person is not null'))
    op.drop_table('staged_records')
    op.drop_table('staged_persons')
    op.drop_index('ix_staff_log_ins_tenant_id', table_name='staff_log_ins')
    op.drop_table('staff_log_ins')
    op.drop_table('staff')
    op.drop_table('source_qualities')
    op.drop_table('signing_keys')
    op.drop_table('shop_terms')
    op.drop_table('shop_months')
    op.drop_index('uq_shop_goods_name', table_name='shop_goods')
    op.drop_table('shop_goods')
    op.drop_index('uq_shop_budgets_open', table_name='shop_budgets', postgresql_where=sa.text("state = 'PROPOSED'"))
    op.drop_index('ix_shop_budgets_year', table_name='shop_budgets')
    op.drop_table('shop_budgets')
    op.drop_table('second_factors')
    op.drop_index('ix_scores_as_of', table_name='scores', postgresql_using='brin')
    op.drop_table('scores')
    op.drop_table('score_tiers')
    op.drop_index('ix_score_runs_day', table_name='score_runs')
    op.drop_table('score_runs')
    op.drop_index('uq_score_models_version', table_name='score_models')
    op.drop_index('uq_score_models_active', table_name='score_models', postgresql_where=sa.text("state = 'ACTIVE'"))
    op.drop_table('score_models')
    op.drop_table('sandbox_clocks')
    op.drop_table('sandbox_applicants')
    op.drop_index('uq_rural_titles_year', table_name='rural_titles', postgresql_where=sa.text("state in ('PROPOSED', 'APPROVED')"))
    op.drop_index('ix_rural_titles_state', table_name='rural_titles')
    op.drop_index('ix_rural_titles_of_level', table_name='rural_titles')
    op.drop_index('ix_rural_titles_level', table_name='rural_titles')
    op.drop_index('ix_rural_titles_area', table_name='rural_titles')
    op.drop_table('rural_titles')
    op.drop_index('ix_rural_statements_subject_id', table_name='rural_statements')
    op.drop_index('ix_rural_statements_state', table_name='rural_statements')
    op.drop_table('rural_statements')
    op.drop_table('rural_reckonings')
    op.drop_index('ix_rural_notices_running', table_name='rural_notices', postgresql_where=sa.text('ended_at is null'))
    op.drop_table('rural_notices')
    op.drop_index('ix_rural_hearings_open', table_name='rural_hearings', postgresql_where=sa.text('carried_out_at is null'))
    op.drop_table('rural_hearings')
    op.drop_index('uq_rural_cycles_year', table_name='rural_cycles', postgresql_where=sa.text("state <> 'CALLED_OFF'"))
    op.drop_index('ix_rural_cycles_working', table_name='rural_cycles', postgresql_where=sa.text("state in ('COMBINING', 'NOTICED')"))
    op.drop_index('ix_rural_cycles_village', table_name='rural_cycles')
    op.drop_index('ix_rural_cycles_state', table_name='rural_cycles')
    op.drop_index('ix_rural_cycles_kind', table_name='rural_cycles')
    op.drop_table('rural_cycles')
    op.drop_table('rural_certificates')
    op.drop_index('ix_rural_area_counts_level', table_name='rural_area_counts')
    op.drop_table('rural_area_counts')
    op.drop_table('review_decisions')
    op.drop_index('ix_replay_counts_quarter_from', table_name='replay_counts')
    op.drop_table('replay_counts')
    op.drop_table('repayment_files')
    op.drop_index('uq_repair_applications_open', table_name='repair_applications', postgresql_where=sa.text("state in ('FILED', 'RELAYED', 'ACCEPTED', 'RETURNED')"))
    op.drop_index('ix_repair_applications_state', table_name='repair_applications')
    op.drop_table('repair_applications')
    op.drop_table('register_imports')
    op.drop_index('ix_refresh_tokens_grant_id', table_name='refresh_tokens')
    op.drop_index('ix_refresh_tokens_expires_at', table_name='refresh_tokens')
    op.drop_table('refresh_tokens')
    op.drop_index('ix_recovery_codes_staff_id', table_name='recovery_codes')
    op.drop_table('recovery_codes')
    op.drop_table('quotas')
    op.drop_index('ix_pushed_requests_expires_at', table_name='pushed_requests')
    op.drop_table('pushed_requests')
    op.drop_table('published_arrangements')
    op.drop_index('ix_public_cautions_shown', table_name='public_cautions')
    op.drop_table('public_cautions')
    op.drop_index('ix_provider_flows_expires_at', table_name='provider_flows')
    op.drop_table('provider_flows')
    op.drop_index('ix_presentation_passes_expires_at', table_name='presentation_passes')
    op.drop_table('presentation_passes')
    op.drop_table('population_cells')
    op.drop_index('ix_phone_codes_openid', table_name='phone_codes')
    op.drop_index('ix_phone_codes_expires_at', table_name='phone_codes')
    op.drop_table('phone_codes')
    op.drop_table('person_identities')
    op.drop_index('ix_perk_settlements_tenant_state', table_name='perk_settlements')
    op.drop_index('ix_perk_settlements_tenant_id', table_name='perk_settlements')
    op.drop_index('ix_perk_settlements_state', table_name='perk_settlements')
    op.drop_table('perk_settlements')
    op.drop_index('ix_perk_programmes_submitted', table_name='perk_programmes', postgresql_where=sa.text("state = 'SUBMITTED'"))
    op.drop_index('ix_perk_programmes_state', table_name='perk_programmes')
    op.drop_index('ix_perk_programmes_published', table_name='perk_programmes', postgresql_where=sa.text("state = 'PUBLISHED'"))
    op.drop_index('ix_perk_programmes_over', table_name='perk_programmes', postgresql_where=sa.text("state in ('PUBLISHED', 'SUSPENDED')"))
    op.drop_index('ix_perk_programmes_in_force', table_name='perk_programmes', postgresql_where=sa.text("state = 'PUBLISHED'"))
    op.drop_table('perk_programmes')
    op.drop_table('perk_months')
    op.drop_index('uq_perk_handles_handle', table_name='perk_handles')
    op.drop_table('perk_handles')
    op.drop_index('ix_outbox_waiting', table_name='outbox', postgresql_where=sa.text('done_at is null and failed_at is null'))
    op.drop_index('ix_outbox_of_sandboxes', table_name='outbox', postgresql_where=sa.text('sandbox_id is not null and done_at is null and failed_at is null'))
    op.drop_table('outbox')
    op.drop_table('order_services')
    op.drop_index('ix_order_bills_id', table_name='order_bills')
    op.drop_table('order_bills')
    op.drop_index('ix_oauth_grants_staff_id', table_name='oauth_grants')
    op.drop_index('ix_oauth_grants_openid', table_name='oauth_grants', postgresql_where=sa.text('openid is not null'))
    op.drop_index('ix_oauth_grants_log_in_hash', table_name='oauth_grants', postgresql_where=sa.text('log_in_hash is not null'))
    op.drop_index('ix_oauth_grants_consent_id', table_name='oauth_grants')
    op.drop_index('ix_oauth_grants_client_id', table_name='oauth_grants')
    op.drop_table('oauth_grants')
    op.drop_index('ix_oauth_clients_status', table_name='oauth_clients')
    op.drop_table('oauth_clients')
    op.drop_index('ix_notices_tenant_id', table_name='notices')
    op.drop_index('ix_notices_person_id', table_name='notices')
    op.drop_table('notices')
    op.drop_table('notice_texts')
    op.drop_table('match_results')
    op.drop_index('uq_mandates_live', table_name='mandates', postgresql_where=sa.text('ended_at is null'))
    op.drop_index('ix_mandates_person_id', table_name='mandates')
    op.drop_index('ix_mandates_over', table_name='mandates')
    op.drop_table('mandates')
    op.drop_index('ix_log_in_sessions_staff_id', table_name='log_in_sessions')
    op.drop_index('ix_log_in_sessions_provider_id', table_name='log_in_sessions', postgresql_where=sa.text('provider_id is not null'))
    op.drop_index('ix_log_in_sessions_expires_at', table_name='log_in_sessions')
    op.drop_table('log_in_sessions')
    op.drop_index('ix_log_in_failures_expires_at', table_name='log_in_failures')
    op.drop_table('log_in_failures')
    op.drop_index('ix_loan_requests_id', table_name='loan_requests')
    op.drop_table('loan_requests')
    op.drop_index('uq_loan_products_next_version', table_name='loan_products', postgresql_where=sa.text("status = 'DRAFT'"))
    op.drop_index('ix_loan_products_status', table_name='loan_products')
    op.drop_index('ix_loan_products_published', table_name='loan_products', postgresql_where=sa.text("status = 'PUBLISHED'"))
    op.drop_index('ix_loan_products_in_use', table_name='loan_products')
    op.drop_index('ix_loan_products_code', table_name='loan_products')
    op.drop_table('loan_products')
    op.drop_table('loan_months')
    op.drop_table('ledger_closings')
    op.drop_table('ledger_accounts')
    op.drop_index('uq_league_tables_waiting', table_name='league_tables', postgresql_where=sa.text('counted_at is null'))
    op.drop_index('uq_league_tables_id', table_name='league_tables')
    op.drop_table('league_tables')
    op.drop_index('ix_leads_pool_open', table_name='leads', postgresql_where=sa.text('pool_open'))
    op.drop_index('ix_leads_pool_industry_section', table_name='leads', postgresql_where=sa.text('pool_open'))
    op.drop_index('ix_leads_pool_county_code', table_name='leads', postgresql_where=sa.text('pool_open'))
    op.drop_index('ix_leads_pool_closes_at', table_name='leads', postgresql_where=sa.text('pool_open'))
    op.drop_table('leads')
    op.drop_index('ix_lead_parties_request_id', table_name='lead_parties')
    op.drop_table('lead_parties')
    op.drop_table('ingestion_rejects')
    op.drop_table('ingestion_parts')
    op.drop_index('uq_ingestion_batches_key', table_name='ingestion_batches')
    op.drop_index('ix_ingestion_batches_open', table_name='ingestion_batches', postgresql_where=sa.text("state in ('RECEIVED', 'RUNNING')"))
    op.drop_table('ingestion_batches')
    op.drop_index('uq_incentive_runs_alive', table_name='incentive_runs', postgresql_where=sa.text("state not in ('WITHDRAWN', 'REVERSED')"))
    op.drop_table('incentive_runs')
    op.drop_index('uq_incentive_rule_sets_version', table_name='incentive_rule_sets')
    op.drop_index('ix_incentive_rule_sets_quarter', table_name='incentive_rule_sets')
    op.drop_table('incentive_rule_sets')
    op.drop_index('ix_impact_assessments_about', table_name='impact_assessments')
    op.drop_table('impact_assessments')
    op.drop_table('identity_providers')
    op.drop_index('ix_idempotency_keys_created_at', table_name='idempotency_keys')
    op.drop_table('idempotency_keys')
    op.drop_index('uq_grid_sheets_number', table_name='grid_sheets')
    op.drop_table('grid_sheets')
    op.drop_index('uq_grid_sheet_forms_number', table_name='grid_sheet_forms')
    op.drop_table('grid_sheet_forms')
    op.drop_index('uq_grid_rule_sets_starts_on', table_name='grid_rule_sets', postgresql_where=sa.text("state = 'CONFIRMED'"))
    op.drop_index('uq_grid_rule_sets_number', table_name='grid_rule_sets')
    op.drop_table('grid_rule_sets')
    op.drop_index('uq_grid_photo_uploads_live', table_name='grid_photo_uploads', postgresql_where=sa.text('ended_at is null'))
    op.drop_table('grid_photo_uploads')
    op.drop_index('uq_grid_notices_number', table_name='grid_notices')
    op.drop_table('grid_notices')
    op.drop_index('ix_grid_devices_staff_id', table_name='grid_devices')
    op.drop_table('grid_devices')
    op.drop_index('ix_grid_captures_staff_id', table_name='grid_captures')
    op.drop_table('grid_captures')
    op.drop_index('uq_grid_app_mappings_number', table_name='grid_app_mappings')
    op.drop_table('grid_app_mappings')
    op.drop_index('ix_grid_app_links_next_at', table_name='grid_app_links', postgresql_where=sa.text('left_at is null'))
    op.drop_table('grid_app_links')
    op.drop_table('filing_files')
    op.drop_index('ix_exports_running', table_name='exports', postgresql_where=sa.text("state in ('QUEUED', 'RUNNING')"))
    op.drop_table('exports')
    op.drop_table('event_feeds')
    op.drop_index('ix_ended_tokens_expires_at', table_name='ended_tokens')
    op.drop_table('ended_tokens')
    op.drop_index('uq_disaster_notices_source', table_name='disaster_notices')
    op.drop_table('disaster_notices')
    op.drop_index('ix_device_codes_expires_at', table_name='device_codes')
    op.drop_table('device_codes')
    op.drop_index('ix_desk_sessions_staff_id', table_name='desk_sessions')
    op.drop_index('ix_desk_sessions_grant_id', table_name='desk_sessions')
    op.drop_index('ix_desk_sessions_expires_at', table_name='desk_sessions')
    op.drop_table('desk_sessions')
    op.drop_index('uq_deprecated_uses_day', table_name='deprecated_uses')
    op.drop_index('ix_deprecated_uses_day', table_name='deprecated_uses')
    op.drop_table('deprecated_uses')
    op.drop_table('decision_snapshots')
    op.drop_index('uq_credit_rounds_running', table_name='credit_rounds', postgresql_where=sa.text("state not in ('CLOSED', 'CALLED_OFF')"))
    op.drop_index('ix_credit_rounds_village', table_name='credit_rounds')
    op.drop_index('ix_credit_rounds_state', table_name='credit_rounds')
    op.drop_index('ix_credit_rounds_code', table_name='credit_rounds')
    op.drop_table('credit_rounds')
    op.drop_index('uq_credit_records_source', table_name='credit_records')
    op.drop_index('ix_credit_records_negative', table_name='credit_records', postgresql_where=sa.text("polarity = 'negative' and not self_declared"))
    op.drop_table('credit_records')
    op.drop_index('uq_counter_visits_running', table_name='counter_visits', postgresql_where=sa.text('ended_at is null'))
    op.drop_index('ix_counter_visits_person_id', table_name='counter_visits')
    op.drop_table('counter_visits')
    op.drop_index('uq_counter_evidence_reading', table_name='counter_evidence')
    op.drop_index('ix_counter_evidence_person_id', table_name='counter_evidence')
    op.drop_index('ix_counter_evidence_consent_id', table_name='counter_evidence')
    op.drop_table('counter_evidence')
    op.drop_index('uq_consents_open', table_name='consents', postgresql_nulls_not_distinct=True, postgresql_where=sa.text("state in ('REQUESTED', 'ACTIVE', 'PAUSED')"))
    op.drop_index('ix_consents_tenant_id', table_name='consents')
    op.drop_index('ix_consents_ended_at', table_name='consents', postgresql_where=sa.text('ended_at is not null'))
    op.drop_table('consents')
    op.drop_index('ix_consent_fetches_period', table_name='consent_fetches')
    op.drop_table('consent_fetches')
    op.drop_table('consent_artefacts')
    op.drop_index('uq_commitments_number', table_name='commitments')
    op.drop_index('ix_commitments_state', table_name='commitments')
    op.drop_table('commitments')
    op.drop_table('client_conduct')
    op.drop_table('catalogue_releases')
    op.drop_table('catalogue_items')
    op.drop_table('catalogue_drafts')
    op.drop_table('branches')
    op.drop_table('bank_speeds')
    op.drop_index('uq_bank_ledgers_to_day', table_name='bank_ledgers', postgresql_where=sa.text('superseded_at is null'))
    op.drop_table('bank_ledgers')
    op.drop_index('ix_bank_ledger_days_operator_id', table_name='bank_ledger_days')
    op.drop_table('bank_ledger_days')
    op.drop_index('ix_authorization_codes_expires_at', table_name='authorization_codes')
    op.drop_table('authorization_codes')
    op.drop_table('audit_heads')
    op.drop_index('ix_audit_entries_unsealed', table_name='audit_entries', postgresql_where=sa.text('seq is null'))
    op.drop_index('ix_audit_entries_tenant_id', table_name='audit_entries')
    op.drop_index('ix_audit_entries_subject_id', table_name='audit_entries')
    op.drop_index('ix_audit_entries_at', table_name='audit_entries', postgresql_using='brin')
    op.drop_table('audit_entries')
    op.drop_index('ix_areas_parent_code', table_name='areas')
    op.drop_table('areas')
    op.drop_index('uq_account_closures_standing', table_name='account_closures', postgresql_where=sa.text('reopened_at is null'))
    op.drop_table('account_closures')
    op.drop_index('ix_access_bases_source_id', table_name='access_bases')
    op.drop_index('ix_access_bases_person_id', table_name='access_bases', postgresql_where=sa.text('ended_at is null and person_id is not null'))
    op.drop_index('ix_access_bases_over', table_name='access_bases')
    op.drop_index('ix_access_bases_live', table_name='access_bases', postgresql_where=sa.text('ended_at is null'))
    op.drop_table('access_bases')
    # ### end Alembic commands ###
    for statement in ACCESS:
        if statement.startswith('CREATE FUNCTION'):
            op.execute(f'DROP FUNCTION {statement.split()[2]}')
