/** The public audit of GraphQL over HTTP (`graphql-http`), by a caller who is logged in: every check and how it ended. */

import { text } from "node:stream/consumers";

import { serverAudits } from "graphql-http";

import { report } from "./task.mjs";

const { url, headers } = JSON.parse(await text(process.stdin));

/** Adds the caller's own headers to those of a check, and no others: some checks are about what is left out. */
function fetchFn(address, given = {}) {
  return fetch(address, { ...given, headers: { ...given.headers, ...headers } });
}

const ended = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason } = await audit.fn();
  ended.push({ id, name, status, reason });
}
report(ended);
