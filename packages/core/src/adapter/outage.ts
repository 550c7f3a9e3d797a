import { BoundedMap, type CallIdentity } from '../key/index.ts';

/** Milliseconds. Each further failure doubles the pause, up to the longest. */
const FIRST_PAUSE = 1_000;

const LONGEST_PAUSE = 60_000;

/** A bound, because the names of models and scopes are the user's. */
const MAX_KNOWN_MODELS = 1_000;

interface Pause {
  readonly milliseconds: number;
  readonly until: number;
}

/** Another host, another operation and another tenant's account may answer while this one does not. */
interface AskedModel {
  readonly call: { readonly identity: Pick<CallIdentity, 'provider' | 'operation' | 'model'> };
  readonly address: { readonly scope: string };
}

const nameOf = ({ call: { identity }, address: { scope } }: AskedModel) =>
  JSON.stringify([identity.provider, identity.operation, identity.model, scope]);

/** The models that have just failed. Where an older answer can be served, they are not called for a while. */
export class ProviderBackOff {
  readonly #now: () => number;
  readonly #pauses = new BoundedMap<string, Pause>(MAX_KNOWN_MODELS);

  constructor(now: () => number) {
    this.#now = now;
  }

  isBackingOff(asked: AskedModel): boolean {
    // An empty map is not asked, because a name takes as long as all else.
    return this.#pauses.size > 0 && this.#isPaused(this.#pauses.get(nameOf(asked)));
  }

  failed(asked: AskedModel): void {
    const name = nameOf(asked);
    const last = this.#pauses.get(name);
    // A call that was under way when another one failed adds nothing.
    if (this.#isPaused(last)) return;
    const milliseconds = last === undefined ? FIRST_PAUSE : last.milliseconds * 2;
    const pause = Math.min(milliseconds, LONGEST_PAUSE);
    this.#pauses.set(name, { milliseconds: pause, until: this.#now() + pause });
  }

  succeeded(asked: AskedModel): void {
    if (this.#pauses.size > 0) this.#pauses.delete(nameOf(asked));
  }

  #isPaused(pause: Pause | undefined): boolean {
    if (pause === undefined) return false;
    const left = pause.until - this.#now();
    return left > 0 && left <= pause.milliseconds; // more is left only where the clock was set back
  }
}

/** What an error says of itself. Each field is read as one SDK or another writes it. */
export interface Failure {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly status_code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly code?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly lastError?: unknown;
}

const NETWORK_CODES =
  /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)\w*|UND_ERR_\w+|timeout|CALL_TIMEOUT)$/;

/**
 * What the error classes of SDKs mean where no status says it. This is the one place where a class is added, beside
 * the package that throws it. A class that is in neither list counts as an outage: it may be a network's.
 */
const OUTAGES = new Set([
  'TimeoutError', // fetch, AbortSignal.timeout, @smithy/node-http-handler
  ...['APIConnectionError', 'APIConnectionTimeoutError'], // openai, @anthropic-ai/sdk, groq-sdk
  ...['ConnectionError', 'RequestTimeoutError'], // @mistralai/mistralai
  'CohereTimeoutError', // cohere-ai
  'AI_APICallError', // ai
  ...['ThrottlingException', 'ModelErrorException', 'ModelNotReadyException'], // @aws-sdk/client-bedrock-runtime
  ...['ModelTimeoutException', 'ServiceUnavailableException', 'InternalServerException'], // likewise
]);

const NO_OUTAGES = new Set([
  ...['TypeError', 'ReferenceError', 'SyntaxError', 'RangeError'], // the caller's own code
  ...['AbortError', 'APIUserAbortError', 'RequestAbortedError', 'ModelAbortError'], // a caller that left
  ...['OpenAIError', 'AnthropicError', 'GroqError'], // a client lacks something, or an answer does not parse
  ...['InvalidRequestError', 'SDKValidationError', 'ResponseValidationError'], // @mistralai/mistralai
  ...['ZodError', '$ZodError', 'OutputParserException'], // an answer that is not as it was asked for
  ...['AI_LoadAPIKeyError', 'AI_InvalidPromptError', 'AI_InvalidArgumentError'], // ai
  ...['AI_UnsupportedFunctionalityError', 'AI_NoSuchModelError', 'AI_NoObjectGeneratedError'],
  ...['AI_TypeValidationError', 'AI_JSONParseError', 'AI_InvalidResponseDataError'],
  ...['ValidationException', 'AccessDeniedException', 'ResourceNotFoundException'], // Bedrock
  ...['CredentialsProviderError', 'TokenProviderError'], // @smithy/property-provider
  'LlmCacheError',
]);

/** A caller that left, where the class is one for all errors (cohere-ai), or where a bundler shortened its name. */
const ABORTS = /^(The user aborted a request|Request (was )?aborted)/;

/** A bound, because an error may be its own cause. */
const MAX_CAUSES = 8;

/** Does this HTTP status mean that the provider is overloaded or broken (RFC 5861 §4)? Any other 4xx is the request's own fault. */
export function isOutageStatus(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

const causeOf = ({ cause, lastError }: Failure) => cause ?? lastError;

/** The HTTP status that an error names. */
export function statusOf({
  status,
  statusCode,
  status_code,
  $metadata,
}: Failure): number | undefined {
  const given = [status, statusCode, status_code, $metadata?.httpStatusCode];
  return given.find((each) => typeof each === 'number');
}

/** By the name of an error, or of a class that it is of: the classes of some SDKs do not set the name. */
function outageByName(error: Failure): boolean | undefined {
  const names = [error.name];
  for (let proto: unknown = error; proto !== null; proto = Object.getPrototypeOf(proto))
    names.push(Object(proto).constructor?.name);
  const known = names.map(String).find((name) => OUTAGES.has(name) || NO_OUTAGES.has(name));
  return known === undefined ? undefined : OUTAGES.has(known);
}

/** Is it an outage by what the error says of itself? Undefined for an error that says nothing. */
function outageByItself(error: Failure): boolean | undefined {
  const status = statusOf(error);
  const byName = outageByName(error);
  // Bedrock's status 424 is an error of the model, and not of the request.
  if (status !== undefined) return isOutageStatus(status) || byName === true;
  return NETWORK_CODES.test(String(error.code)) ? true : byName;
}

/** Is it an outage by itself, or by what caused it? Undefined for an error of which nothing is known. */
function outageBySigns(error: unknown, depth = 0): boolean | undefined {
  if (error === 'timeout') return true; // the reason of cohere-ai's own signal
  if (typeof error !== 'object' || error === null || depth > MAX_CAUSES) return undefined;
  const failure: Failure = error;
  if (ABORTS.test(String(failure.message))) return false;
  const byItself = outageByItself(failure);
  if (byItself === true || statusOf(failure) !== undefined) return byItself;
  // A broken connection is the cause of a TypeError of fetch.
  const byCause = outageBySigns(causeOf(failure), depth + 1);
  return byCause === true ? true : (byItself ?? byCause);
}

/** Do the status, the code or the class of this error mean that the provider cannot answer now? */
export function isKnownOutage(error: unknown): boolean {
  return outageBySigns(error) === true;
}

/**
 * Time-outs of a client or a signal, which its owner set: another caller may wait longer. A status says that the provider
 * gave up, and a connection that cannot be made in time is the network's.
 */
const OWN_TIME_OUTS =
  /^(TimeoutError|APIConnectionTimeoutError|RequestTimeoutError|CohereTimeoutError|UND_ERR_(HEADERS|BODY)_TIMEOUT|timeout)$/;

/** A connection that broke: one of many, behind which the provider may answer all others. */
const RESETS = /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/;

/** Does a word fit this test, by which an error without a status, or its cause, says what it is? */
export function says(error: unknown, word: RegExp, depth = 0): boolean {
  if (error === 'timeout') return word.test(error); // the reason of cohere-ai's own signal
  if (typeof error !== 'object' || error === null || depth > MAX_CAUSES) return false;
  const failure: Failure = error;
  if (statusOf(failure) !== undefined) return false;
  const words = [failure.code, failure.name, Object(failure).constructor?.name];
  return (
    words.map(String).some((each) => word.test(each)) || says(causeOf(failure), word, depth + 1)
  );
}

/**
 * May this failure be one caller's alone? Its own time-out is. One broken connection may be; where it breaks for a second
 * call, too, it is an outage.
 */
export function isOfOneCaller(error: unknown, isSecondTry = false): boolean {
  return says(error, OWN_TIME_OUTS) || (!isSecondTry && says(error, RESETS));
}

/** Is the provider the cause of this error, and not the request or the caller's own code? An unknown error is an outage. */
export function isOutage(error: unknown): boolean {
  return typeof error === 'object' && error !== null && outageBySigns(error) !== false;
}
