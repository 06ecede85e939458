/**
 * node oidc-provider set up to the profile of our own server: FAPI 2.0, PAR required, private_key_jwt by ES256, DPoP with
 * nonces, S256. It keeps what it knows in its memory, or in the database that it is given. Whoever comes to decide is
 * logged in, and allows.
 */

import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";

import { Provider } from "oidc-provider";

import { keptIn } from "./kept.mjs";

const task = JSON.parse(await text(process.stdin));

const resourceServer = {
  scope: task.scope,
  audience: task.resource,
  accessTokenFormat: "jwt",
  accessTokenTTL: 600,
  jwt: { sign: { alg: "ES256" } },
};

const provider = new Provider(task.issuer, {
  ...(task.database && { adapter: await keptIn(task.database) }),
  clients: [
    {
      client_id: task.clientId,
      jwks: task.jwks,
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      response_types: ["code"],
      redirect_uris: [task.callback],
      scope: task.scope,
      id_token_signed_response_alg: "ES256",
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      dpop_bound_access_tokens: true,
      require_pushed_authorization_requests: true,
    },
  ],
  jwks: { keys: [task.signingKey] },
  scopes: [...task.scope.split(" "), "offline_access"],
  issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
    fapi: { enabled: true, profile: "2.0" },
    introspection: { enabled: true },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => resourceServer,
      useGrantedResource: () => true,
    },
  },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  // Every request is decided about anew, as at our own server.
  loadExistingGrant: (ctx) => {
    const grantId = ctx.oidc.result?.consent?.grantId;
    return grantId && ctx.oidc.provider.Grant.find(grantId);
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const grant = new provider.Grant({ accountId: "officer", clientId: task.clientId });
  grant.addOIDCScope(task.scope);
  grant.addResourceScope(task.resource, task.scope);
  const decided = { login: { accountId: "officer" }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(ctx.req, ctx.res, decided, { mergeWithLastSubmission: false });
  ctx.respond = false;
});

provider.listen(task.port, "127.0.0.1", () => process.stdout.write("ready\n"));
