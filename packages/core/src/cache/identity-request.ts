import { type FoundEntry, isBypass } from '../entry-store/index.ts';
import type { Bypass } from '../events/index.ts';
import { type CallIdentity, identify } from '../key/index.ts';
import {
  type CallOptions,
  invalidOption,
  type Policy,
  policyForCall,
  refuseUnknownOptions,
} from '../options/index.ts';
import { type Call, type KeyedRequest, requestOf } from '../pipeline/index.ts';
import { type CapturedResponse, ValueCodec } from '../response/index.ts';
import type { CacheContext } from './cache-context.ts';

function normalise(given: CallIdentity, policy: Policy): CallIdentity | Bypass {
  try {
    const { provider } = given;
    return given.request === undefined ? { bypass: 'no-key', provider } : identify(given, policy);
  } catch {
    return { bypass: 'unreadable', provider: given.provider }; // a getter of the request threw
  }
}

/** The fields of an identity. Another one, such as `messages`, would be left out of the key in silence. */
const IDENTITY_FIELDS: ReadonlySet<string> = new Set<keyof CallIdentity>([
  ...(['provider', 'operation', 'model', 'streamed', 'form', 'headers'] as const),
  ...(['version', 'sample', 'code', 'further', 'request'] as const),
]);

const IN_REQUEST = 'Put everything that the answer depends on into the field `request`.';

/** @throws {LlmCacheError} `INVALID_OPTION` where it is no identity, or does not say who answers */
function checkIdentity(given: unknown): asserts given is CallIdentity | Bypass {
  const provider = (given as Partial<CallIdentity> | null | undefined)?.provider; // read only
  if (typeof provider === 'string' && provider !== '') return;
  invalidOption('The identity', 'has no provider', "Write { provider: 'my-prompt', request }.");
}

const callNobody: Call<unknown>['invoke'] = async () => undefined;

/**
 * The request for an identity of the user's own making, or why it bypasses the cache, which an adapter may say itself. It is read in the call itself,
 * before the user can change the identity.
 *
 * @throws {LlmCacheError} `INVALID_OPTION` or `INVALID_DURATION`
 */
export function requestByIdentity(
  { entries, policy: base }: Pick<CacheContext, 'entries' | 'policy'>,
  given: CallIdentity | Bypass,
  options: CallOptions,
): KeyedRequest | Bypass {
  checkIdentity(given);
  if (isBypass(given)) return given;
  const policy = policyForCall(base, options);
  refuseUnknownOptions(given, IDENTITY_FIELDS, () => IN_REQUEST);
  const codec = new ValueCodec({
    rules: { admit: policy.admit, ttlOf: policy.ttlOf },
    request: given.request,
  });
  return requestOf(entries, {
    identity: normalise(given, policy),
    policy,
    codec,
    invoke: callNobody,
  });
}

/** An answer that the user gives for an identity, as it is when they give it. */
export interface GivenAnswer {
  readonly request: KeyedRequest;
  readonly given: unknown;
  readonly captured: CapturedResponse<unknown> | Promise<CapturedResponse<unknown>>;
  readonly calledAt: number;
  /** The states of the tags: what is invalidated from now on is newer than the answer. */
  readonly found: FoundEntry | Promise<FoundEntry>;
}

/** Takes an answer in, in the call itself, before the user can change the response. */
export function takeIn(
  { entries, pipeline }: Pick<CacheContext, 'entries' | 'pipeline'>,
  request: KeyedRequest,
  response: unknown,
): GivenAnswer {
  const captured = request.call.codec.capture(response);
  return {
    request,
    given: response,
    captured,
    calledAt: pipeline.calledNow(),
    found: entries.read(request.address),
  };
}
