/**
 * What the peer knows, kept in PostgreSQL as its documentation's adapters keep it: one table for all kinds, one statement
 * for each step. Without it the peer forgets everything when it stops, and no second process could serve beside it.
 */

import pg from "pg";

const TABLE = `
  create table kept (
    kind text not null, id text not null, payload jsonb not null, grant_id text, uid text, user_code text,
    expires_at timestamptz, consumed_at timestamptz, primary key (kind, id)
  );
  create index on kept (grant_id) where grant_id is not null;
  create index on kept (uid) where uid is not null;
  create index on kept (user_code) where user_code is not null`;

/** Return the adapter class over a database, whose table is made here. */
export async function keptIn(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 20 });
  await pool.query(TABLE);
  // A name makes the driver prepare a statement once a connection.
  const rows = async (name, text, values) => (await pool.query({ name, text, values })).rows;
  const payloadOf = ([row]) =>
    row && { ...row.payload, ...(row.consumed_at && { consumed: row.consumed_at.getTime() / 1000 }) };

  return class Kept {
    constructor(kind) {
      this.kind = kind;
    }

    async upsert(id, payload, expiresIn) {
      const ends = expiresIn ? new Date(Date.now() + expiresIn * 1000) : null;
      await rows(
        "upsert",
        `insert into kept (kind, id, payload, grant_id, uid, user_code, expires_at) values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id,
         uid = excluded.uid, user_code = excluded.user_code, expires_at = excluded.expires_at`,
        [this.kind, id, payload, payload.grantId, payload.uid, payload.userCode, ends],
      );
    }

    async find(id) {
      return payloadOf(await rows("find", "select payload, consumed_at from kept where kind = $1 and id = $2", [this.kind, id]));
    }

    async findByUid(uid) {
      return payloadOf(await rows("uid", "select payload, consumed_at from kept where kind = $1 and uid = $2", [this.kind, uid]));
    }

    async findByUserCode(code) {
      return payloadOf(
        await rows("code", "select payload, consumed_at from kept where kind = $1 and user_code = $2", [this.kind, code]),
      );
    }

    async consume(id) {
      await rows("consume", "update kept set consumed_at = now() where kind = $1 and id = $2", [this.kind, id]);
    }

    async destroy(id) {
      await rows("destroy", "delete from kept where kind = $1 and id = $2", [this.kind, id]);
    }

    async revokeByGrantId(grantId) {
      await rows("revoke", "delete from kept where grant_id = $1", [grantId]);
    }
  };
}
