import type { LiveResponse } from './response-form.ts';

/** The header with the provider's id of the request that was answered first, for callers with the same credential. */
const FIRST_REQUEST_ID = 'x-cached-llm-first-request-id';

/** Status and headers of a response, as far as they are stored. */
export interface ResponseHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The digest of the credential of the first caller. Nothing where no header is for that caller alone. */
  readonly credential?: string | undefined;
  /** The digest of the request's fields that the response repeats. Nothing where it repeats none. */
  readonly echoed?: string | undefined;
}

/**
 * Headers that are about the answer itself: its type, the model and the version of the API, what it counts. Every
 * other header is about one caller, one account, one machine or one moment (docs/trust.md of the core).
 */
const OF_THE_ANSWER =
  /^(content-type|content-language|openai-(model|version)|anthropic-version|cf-aig-(model|provider)|x-litellm-(model-group|version)|x-amzn-bedrock-(content-type|(in|out)put-token-count))$/;

/** Headers that say of a failure when to call again, and which failure it is. A failure is never stored. */
const OF_A_FAILURE = /^(retry-after(-ms)?|x-should-retry|x-amzn-errortype)$/;

/** Under these names providers give the id of a request. */
const REQUEST_IDS = ['x-request-id', 'request-id', 'apim-request-id', 'x-amzn-requestid'];

/** The digest of the credential with which a request is made, for example of its API key. */
export type CredentialDigest = () => string;

/** The head that other callers get, now and later: what is about the answer, and the id of the first request. */
export function headOf(response: LiveResponse, credential: CredentialDigest): ResponseHead {
  const { status, statusText, ok } = response;
  const isShared = (name: string) => OF_THE_ANSWER.test(name) || (!ok && OF_A_FAILURE.test(name));
  const headers = Object.fromEntries([...response.headers].filter(([name]) => isShared(name)));
  const id = REQUEST_IDS.map((name) => response.headers.get(name)).find((each) => each !== null);
  if (id === undefined || id === null) return { status, statusText, headers };
  const own = { ...headers, [FIRST_REQUEST_ID]: id };
  return { status, statusText, headers: own, credential: credential() };
}

/** The head for one caller: the id of the first request goes to nobody who asks with another credential. */
export function headFor(
  { credential: first, ...head }: ResponseHead,
  credential: CredentialDigest,
): ResponseHead {
  if (first === undefined || first === credential()) return head;
  const { [FIRST_REQUEST_ID]: _, ...headers } = head.headers;
  return { ...head, headers };
}
