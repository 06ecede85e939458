/** Every flow by oauth4webapi, call by call; it also reads our access tokens as a resource server would. */

import * as oauth from "oauth4webapi";

import { Browser, allowAsPerson, allowAsStaff, allowDevice } from "./browser.mjs";
import { readTask, report } from "./task.mjs";

const task = await readTask();
const steps = {};

const http = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(task.issuer);
const server = await oauth.processDiscoveryResponse(
  issuer,
  await oauth.discoveryRequest(issuer, { ...http, algorithm: "oauth2" }),
);
steps.discovery = server.issuer;

const client = { client_id: task.clientId };
const clientAuth = oauth.PrivateKeyJwt(task.clientKey);
const DPoP = oauth.DPoP(client, await oauth.generateKeyPair("ES256"));

/** Send a request and read its answer; once more where the server asks for a nonce, as the library has its users do. */
async function asked(send, read) {
  try {
    return await read(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return read(await send());
  }
}

async function codeFlow(parameters, decide, who) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const request = {
    ...parameters,
    client_id: task.clientId,
    response_type: "code",
    redirect_uri: task.callback,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  const pushed = await asked(
    () => oauth.pushedAuthorizationRequest(server, client, clientAuth, request, { ...http, DPoP }),
    (answer) => oauth.processPushedAuthorizationResponse(server, client, answer),
  );
  const address = new URL(server.authorization_endpoint);
  address.searchParams.set("client_id", task.clientId);
  address.searchParams.set("request_uri", pushed.request_uri);
  const led = await decide(new Browser(task.issuer), address, who);
  const answer = oauth.validateAuthResponse(server, client, led, state);
  return asked(
    () =>
      oauth.authorizationCodeGrantRequest(
        server, client, clientAuth, answer, task.callback, verifier, { ...http, DPoP },
      ),
    (tokens) => oauth.processAuthorizationCodeResponse(server, client, tokens),
  );
}

/** Call the resource; also read the token that was sent, from the very request, as the resource has to. */
async function call(token) {
  let sent;
  const keep = (address, options) => {
    sent = new Request(address, options);
    return fetch(address, options);
  };
  const answer = await asked(
    () =>
      oauth.protectedResourceRequest(
        token,
        "POST",
        new URL("/graphql", task.issuer),
        new Headers({ "content-type": "application/json" }),
        JSON.stringify({ query: "{ viewer { permissions } }" }),
        { ...http, DPoP, [oauth.customFetch]: keep },
      ),
    (answer) => answer.json(),
  );
  const claims = await oauth.validateJwtAccessToken(server, sent, server.issuer, http);
  return { permissions: answer.data.viewer.permissions, claims: Object.keys(claims).sort() };
}

const introspect = async (token) =>
  oauth.processIntrospectionResponse(
    server,
    client,
    await oauth.introspectionRequest(server, client, clientAuth, token, http),
  );

const revoke = async (token) =>
  oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, clientAuth, token, http),
  );

const refresh = (token) =>
  asked(
    () => oauth.refreshTokenGrantRequest(server, client, clientAuth, token, { ...http, DPoP }),
    (answer) => oauth.processRefreshTokenResponse(server, client, answer),
  );

const own = await asked(
  () =>
    oauth.clientCredentialsGrantRequest(
      server, client, clientAuth, { scope: task.scope }, { ...http, DPoP },
    ),
  (answer) => oauth.processClientCredentialsResponse(server, client, answer),
);
steps.clientCredentials = { scope: own.scope, ...(await call(own.access_token)) };
steps.introspection = (await introspect(own.access_token)).active;
await revoke(own.access_token);
steps.revoked = (await introspect(own.access_token)).active;

const staff = await codeFlow({ scope: task.scope }, allowAsStaff, task.staff);
steps.code = { scope: staff.scope, ...(await call(staff.access_token)) };

const refreshed = await refresh(staff.refresh_token);
steps.refresh = { scope: refreshed.scope, ...(await call(refreshed.access_token)) };
await revoke(staff.refresh_token);
steps.refreshRefused = await refresh(staff.refresh_token).catch((error) => error.error);

const details = { authorization_details: JSON.stringify(task.details) };
const approved = await codeFlow(details, allowAsPerson, task.person);
steps.details = approved.authorization_details;

const device = await oauth.processDeviceAuthorizationResponse(
  server,
  client,
  await oauth.deviceAuthorizationRequest(server, client, clientAuth, { scope: task.scope }, http),
);
const poll = () =>
  asked(
    () =>
      oauth.deviceCodeGrantRequest(
        server, client, clientAuth, device.device_code, { ...http, DPoP },
      ),
    (answer) => oauth.processDeviceCodeResponse(server, client, answer),
  );
steps.deviceWaits = await poll().catch((error) => error.error);
await allowDevice(new Browser(task.issuer), device.verification_uri_complete, task.staff);
const atDevice = await poll();
steps.device = { scope: atDevice.scope, ...(await call(atDevice.access_token)) };

report(steps);
