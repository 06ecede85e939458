/**
 * node oidc-provider as a bank's own log-in for its staff. It takes its task on standard input, writes a line when it listens,
 * and runs until it is ended. Whoever sends its form is logged in as whom he says, by the methods that he says; whoever logs
 * out there is told of to the platform (Back-Channel Logout).
 */

import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";

import { Provider } from "oidc-provider";

const task = JSON.parse(await text(process.stdin));

const authentication = task.secret
  ? { client_secret: task.secret, token_endpoint_auth_method: "client_secret_basic" }
  : {
      jwks_uri: task.jwksUri,
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
    };

const provider = new Provider(task.issuer, {
  clients: [
    {
      client_id: task.clientId,
      grant_types: ["authorization_code"],
      response_types: ["code"],
      redirect_uris: [task.callback],
      backchannel_logout_uri: task.logOut,
      backchannel_logout_session_required: true,
      id_token_signed_response_alg: task.signingKey.alg,
      ...authentication,
    },
  ],
  jwks: { keys: [task.signingKey] },
  acrValues: task.acrValues,
  claims: { openid: ["sub", "amr", "acr"] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  pkce: { required: () => true },
  // Our keys are on this machine, where it would not look for a stranger's.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  if (ctx.method === "GET") {
    ctx.body = "who are you?";
    return;
  }
  const sent = new URLSearchParams(await text(ctx.req));
  if (sent.get("account") === "") {
    await provider.interactionFinished(ctx.req, ctx.res, { error: "access_denied" });
    ctx.respond = false;
    return;
  }
  const accountId = sent.get("account");
  const grant = new provider.Grant({ accountId, clientId: task.clientId });
  grant.addOIDCScope("openid");
  const decided = {
    login: { accountId, amr: sent.getAll("amr"), acr: task.acrValues[0], remember: false },
    consent: { grantId: await grant.save() },
  };
  await provider.interactionFinished(ctx.req, ctx.res, decided, { mergeWithLastSubmission: false });
  ctx.respond = false;
});

provider.listen(task.port, "127.0.0.1", () => process.stdout.write("ready\n"));
