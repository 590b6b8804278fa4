// Who asks: the verified principal of every operation, and the fields that its scopes open.
import { useGenericAuth } from '@envelop/generic-auth';
import { BREAK, GraphQLError, visit } from 'graphql';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const ALGORITHMS = ['ES256', 'RS256'];
const CLOCK_SKEW = '5 s';

// Ours instead of plugin-jwt-auth: that one logs a stack for each bad token and gives no code.
export function useIdentity({ jwksUrl, issuer, audience }, log) {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: 2000 });
  const expected = {
    issuer,
    audience,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_SKEW,
    requiredClaims: ['exp', 'sub'],
  };

  async function verified(header) {
    const [, token] = /^Bearer +([^ ]+)$/i.exec(header ?? '') ?? [];
    if (!token) throw refusal(401, 'token_required', 'no token; sign in and send it as a Bearer');
    try {
      return (await jwtVerify(token, keys, expected)).payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired) {
        throw refusal(401, 'token_expired', 'the token has expired; sign in again');
      }
      if (isTheirs(error))
        throw refusal(401, 'bad_token', 'the token is not accepted; sign in again');
      log.error({ why: error.message }, 'no keys of the issuer');
      throw refusal(503, 'IDENTITY_UNAVAILABLE', 'tokens cannot be verified now; try again');
    }
  }

  return {
    async onRequestParse({ request, serverContext }) {
      serverContext.principal = await verified(request.headers.get('authorization'));
    },
  };
}

// Fields marked @authenticated or @requiresScopes; what is not allowed is cut out, with an error.
export function usePermissions() {
  return useGenericAuth({
    mode: 'protect-granular',
    resolveUserFn: ({ principal }) => principal ?? null,
    extractScopes: ({ scope }) =>
      String(scope ?? '')
        .split(' ')
        .filter(Boolean),
    rejectUnauthenticated: false,
  });
}

// The planner answers INTERNAL_SERVER_ERROR to a selection from which everything was cut.
export function useNothingLeft() {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      let empty = false;
      visit(args.document, {
        SelectionSet(node) {
          if (node.selections.length) return undefined;
          empty = true;
          return BREAK;
        },
      });
      if (empty) setResultAndStopExecution({ data: null });
    },
  };
}

function isTheirs(error) {
  const ours = error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid;
  return error instanceof errors.JOSEError && !ours && error.code !== 'ERR_JOSE_GENERIC';
}

function refusal(status, code, message) {
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : { 'retry-after': '1' };
  return new GraphQLError(message, { extensions: { code, http: { status, headers } } });
}
