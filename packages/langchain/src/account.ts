import { accountInKey, fieldsOf, listOf, STORED_ANSWER_RETENTION } from '@cached-llm/core/adapter';
import type { Generation } from '@langchain/core/outputs';

/** Entries of the model string that only the Responses API has (`ChatOpenAI._useResponsesApi` in @langchain/openai 1.x). */
const OF_RESPONSES = new Set(['text', 'include', 'truncation', 'reasoning']);

const OPENAI = 'https://api.openai.com/v1';

/** Settings by their names, as LangChain's string has them: JSON. */
type Settings = Readonly<Record<string, unknown>>;

/**
 * Does this call go to the Responses API? Where it does so only because of its tools, or of a field that LangChain leaves out
 * of its string (`zdrEnabled`), the answer alone says it.
 */
const isResponse = (settings: Settings) =>
  Object.keys(settings).some((name) => OF_RESPONSES.has(name));

/** Has the answer encrypted thoughts, which are for its account alone, whatever is stored? */
const isEncrypted = ({ include }: Settings) =>
  listOf(include).includes('reasoning.encrypted_content');

const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** The API key as a header: the string has it in clear, and the key of the entry has a digest of it. */
function bearerOf(settings: Settings): string | undefined {
  const keys = Object.entries(settings).filter(([name]) => /^api_?key$/i.test(name));
  const [key] = keys.flatMap(([, value]) => textOf(value) ?? []);
  return key === undefined ? undefined : `Bearer ${key}`;
}

/** What the key has of the account; undefined where LangChain does not say who asks. */
function headersOf(settings: Settings): Readonly<Record<string, string>> | undefined {
  const authorization = bearerOf(settings);
  if (authorization === undefined) return undefined;
  const headers: Readonly<Record<string, string | undefined>> = {
    authorization,
    'openai-project': textOf(settings.project) ?? process.env.OPENAI_PROJECT_ID,
  };
  const url = textOf(settings.baseURL) ?? process.env.OPENAI_BASE_URL ?? OPENAI;
  return accountInKey({ url: `${url}/`, header: (name) => headers[name] });
}

const FOR_ALL = { headers: {}, retention: Number.POSITIVE_INFINITY };

/** Whose answers a call has. */
export interface Account {
  /** What the key has of it. */
  readonly headers: Readonly<Record<string, string>>;
  /** For how many milliseconds the ids in its answers can be used. */
  readonly retention: number;
}

/**
 * Whose answer it is that may carry ids which only its account can use. Undefined for calls of which this is not known, and for
 * those whose answers carry none.
 */
export function accountOf(settings: Settings): Account | undefined {
  const isUnstored = settings.store === false;
  if (isResponse(settings) && isUnstored && !isEncrypted(settings)) return FOR_ALL;
  if (!isResponse(settings) && settings.store !== true) return undefined;
  const headers = headersOf(settings);
  const retention = isUnstored ? Number.POSITIVE_INFINITY : STORED_ANSWER_RETENTION;
  return headers && { headers, retention };
}

/** Does this answer come from the Responses API, so that the next turn refers to its items by their ids? */
export function carriesIds(generation: Generation): boolean {
  const { message } = generation as { readonly message?: { readonly response_metadata?: unknown } }; // of a chat model
  const { object, id } = fieldsOf(message?.response_metadata);
  return object === 'response' || (typeof id === 'string' && id.startsWith('resp_'));
}

/** Is shown once for a model whose string does not say that its answers carry such ids. */
export const UNKNOWN_ACCOUNT =
  "Answers of OpenAI's Responses API have ids that only one account can use, and LangChain does not tell its cache that this call goes there, so they are not stored. Set useResponsesApi: true in the model. Otherwise say whose they are: new CachedLlmCache({ identity: { account: 'team-a' } }).";
