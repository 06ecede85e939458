"""Where the authorization server's endpoints are, below the issuer."""

from typing import Final

from suxin_web.desk_paths import AUTHORIZE_PATH, PROVIDER_PATH

METADATA: Final = "/.well-known/oauth-authorization-server"
JWKS: Final = "/oauth/jwks"
PUSHED: Final = "/oauth/par"
AUTHORIZE: Final = AUTHORIZE_PATH
TOKEN: Final = "/oauth/token"  # noqa: S105 - a path
REVOKE: Final = "/oauth/revoke"
INTROSPECT: Final = "/oauth/introspect"
DEVICE_AUTHORIZATION: Final = "/oauth/device_authorization"
DEVICE: Final = "/oauth/device"
GRANTS: Final = "/oauth/grants"
VERIFY: Final = "/consent/verify"
LOG_IN: Final = "/oauth/log-in"
LOG_IN_CODE: Final = "/oauth/log-in/code"
LOG_IN_PERSON: Final = "/oauth/log-in/person"
NEW_PASSWORD: Final = "/oauth/log-in/password"  # noqa: S105 - a path
SECOND_FACTOR: Final = "/oauth/log-in/second-factor"
ENROLMENT: Final = "/oauth/log-in/second-factor/enrolment"
LOG_OUT: Final = "/oauth/log-out"
PROVIDERS: Final = PROVIDER_PATH
PROVIDER: Final = f"{PROVIDER_PATH}/{{provider_id:uuid}}"
PROVIDER_ANSWER: Final = f"{PROVIDER}/answer"
PROVIDER_LINK: Final = f"{PROVIDER}/link"
PROVIDER_LOG_OUT: Final = f"{PROVIDER}/log-out"
