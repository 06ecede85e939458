/**
 * The client libraries that most people subscribe with (`graphql-ws`, `graphql-sse`), before a desk: each subscribes, is told
 * of one event, and of why its subscription ends.
 */

import { createInterface } from "node:readline";

import { createClient as createEvents } from "graphql-sse";
import { createClient as createSocket } from "graphql-ws";
import WebSocket from "ws";

import { report } from "./task.mjs";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { url, headers, csrfToken } = JSON.parse((await lines.next()).value);
const query = "subscription { referralArrived { state mode } }";

class FromADesk extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { origin: new URL(url).origin, headers: { Cookie: headers.Cookie } });
  }
}

const socket = createSocket({
  url: url.replace("http", "ws"),
  webSocketImpl: FromADesk,
  connectionParams: { csrfToken },
  lazy: false,
  retryAttempts: 0,
  onNonLazyError: () => {},
});
const closed = new Promise((done) => socket.on("closed", ({ code, reason }) => done({ code, reason })));
const connected = new Promise((done) => socket.on("connected", done));
const events = createEvents({ url, headers, retryAttempts: 0 });

/** Collect what one subscription is told until it ends, by itself or with an error. */
function told(client) {
  const found = { next: [], end: null };
  const ended = new Promise((done) => {
    client.subscribe(
      { query },
      {
        next: (value) => found.next.push(value),
        error: (error) => done({ error: Array.isArray(error) ? error : String(error) }),
        complete: () => done({ complete: true }),
      },
    );
  });
  return { found, ended };
}

await connected;
const both = { socket: told(socket), events: told(events) };
// Whoever drives this lets an event happen once both listen, and then ends the session.
process.stdout.write("listening\n");
const found = {};
for (const [name, { found: heard, ended }] of Object.entries(both)) {
  found[name] = { ...heard, end: await ended };
}
report({ ...found, closed: await closed });
process.exit(0);
