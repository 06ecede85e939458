/** Every flow by openid-client, as its documentation has it. */

import * as client from "openid-client";

import { Browser, allowAsPerson, allowAsStaff, allowDevice } from "./browser.mjs";
import { readTask, report } from "./task.mjs";

const task = await readTask();
const steps = {};

const config = await client.discovery(
  new URL(task.issuer),
  task.clientId,
  undefined,
  client.PrivateKeyJwt(task.clientKey),
  { algorithm: "oauth2", execute: [client.allowInsecureRequests] },
);
steps.discovery = config.serverMetadata().issuer;

const keyPair = await client.randomDPoPKeyPair("ES256");
const DPoP = client.getDPoPHandle(config, keyPair);

/** Push a request, let somebody decide about it in a browser, and trade the code for tokens. */
async function codeFlow(asked, decide, who) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const address = await client.buildAuthorizationUrlWithPAR(
    config,
    {
      ...asked,
      redirect_uri: task.callback,
      state: expectedState,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
    },
    { DPoP },
  );
  const answer = await decide(new Browser(task.issuer), address, who);
  const checks = { pkceCodeVerifier, expectedState };
  return client.authorizationCodeGrant(config, answer, checks, undefined, { DPoP });
}

async function call(token) {
  const answer = await client.fetchProtectedResource(
    config,
    token,
    new URL("/graphql", task.issuer),
    "POST",
    JSON.stringify({ query: "{ viewer { permissions } }" }),
    new Headers({ "content-type": "application/json" }),
    { DPoP },
  );
  return (await answer.json()).data.viewer.permissions;
}

const own = await client.clientCredentialsGrant(config, { scope: task.scope }, { DPoP });
steps.clientCredentials = { scope: own.scope, permissions: await call(own.access_token) };
steps.introspection = (await client.tokenIntrospection(config, own.access_token)).active;
await client.tokenRevocation(config, own.access_token);
steps.revoked = (await client.tokenIntrospection(config, own.access_token)).active;

const staff = await codeFlow({ scope: task.scope }, allowAsStaff, task.staff);
steps.code = { scope: staff.scope, permissions: await call(staff.access_token) };

const refreshed = await client.refreshTokenGrant(config, staff.refresh_token, undefined, { DPoP });
steps.refresh = { scope: refreshed.scope, permissions: await call(refreshed.access_token) };
await client.tokenRevocation(config, staff.refresh_token);
steps.refreshRefused = await client
  .refreshTokenGrant(config, staff.refresh_token, undefined, { DPoP })
  .catch((error) => error.error);

const details = { authorization_details: JSON.stringify(task.details) };
const approved = await codeFlow(details, allowAsPerson, task.person);
steps.details = approved.authorization_details;

const device = await client.initiateDeviceAuthorization(config, { scope: task.scope });
await allowDevice(new Browser(task.issuer), device.verification_uri_complete, task.staff);
const atDevice = await client.pollDeviceAuthorizationGrant(
  config,
  { ...device, interval: 1 },
  undefined,
  { DPoP },
);
steps.device = { scope: atDevice.scope, permissions: await call(atDevice.access_token) };

report(steps);
