-- The database roles of Suxin, for PostgreSQL 15 to 18. Run it as a superuser; running it again changes nothing
-- but the passwords. `suxin up` runs it against the server it starts. Whoever brings a server of his own runs:
--
--   PGOPTIONS="-c suxin.owner_password=... -c suxin.app_password=... -c suxin.batch_password=..." \
--     psql -v ON_ERROR_STOP=1 -d postgres -f roles.sql
--   psql -d postgres -c "CREATE DATABASE suxin OWNER suxin_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
--   psql -d postgres -c "REVOKE ALL ON DATABASE suxin FROM PUBLIC"
--   psql -d postgres -c "GRANT CONNECT ON DATABASE suxin TO suxin_app, suxin_batch"
--   psql -d postgres -c "GRANT TEMPORARY ON DATABASE suxin TO suxin_batch"
--
-- and sets DATABASE_OWNER_URL (suxin_owner), DATABASE_URL (suxin_app) and DATABASE_BATCH_URL (suxin_batch).
--
--   suxin_owner    owns the database and its tables; used by migrations only
--   suxin_app      what requests and jobs run as: no superuser, no owner, no way past row-level security
--   suxin_batch    set-based work without a person waiting; unreachable from the web
--   suxin_doorway  cannot log in; reaches the few tables that are read before a tenant is known. suxin_app takes it
--                  on by SET ROLE, and has none of its rights otherwise

DO $roles$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT * FROM (VALUES
      ('suxin_owner',   'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',           'suxin.owner_password'),
      ('suxin_app',     'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT', 'suxin.app_password'),
      ('suxin_batch',   'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT', 'suxin.batch_password'),
      ('suxin_doorway', 'NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT', NULL)
    ) AS roles (name, attributes, password_setting)
  LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted.name) THEN
      EXECUTE format('CREATE ROLE %I', wanted.name);
    END IF;
    EXECUTE format('ALTER ROLE %I %s', wanted.name, wanted.attributes);
    IF wanted.password_setting IS NOT NULL THEN
      IF nullif(current_setting(wanted.password_setting, true), '') IS NULL THEN
        RAISE EXCEPTION 'the setting % is missing', wanted.password_setting;
      END IF;
      EXECUTE format('ALTER ROLE %I PASSWORD %L', wanted.name, current_setting(wanted.password_setting));
    END IF;
  END LOOP;

  -- Since PostgreSQL 16 a membership carries its own INHERIT option; on 15 the attribute NOINHERIT of the member decides.
  IF current_setting('server_version_num')::int >= 160000 THEN
    EXECUTE 'GRANT suxin_doorway TO suxin_app WITH INHERIT FALSE, SET TRUE';
  ELSE
    EXECUTE 'GRANT suxin_doorway TO suxin_app';
  END IF;
END
$roles$;
