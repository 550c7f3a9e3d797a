import { LlmCacheError } from '@cached-llm/core';
import { fieldsOf, isNeutralHeader } from '@cached-llm/core/adapter';
import { type Model, type ModelParts, partsOf } from './model-parts.ts';

/** The fields by which a model says who answers, beside its provider and its name. */
export interface ModelSettings {
  /** The headers of the provider that an answer may depend on. */
  readonly headers: Readonly<Record<string, string>>;
  /** All headers of the provider. They contain its credentials, so that no key has them. */
  readonly given: unknown;
  readonly others: { readonly endpoint: readonly unknown[]; readonly settings: unknown };
}

/** The headers that an answer may depend on, in lower case. */
export function headersInKey(headers: unknown): Record<string, string> {
  const inKey = Object.entries(fieldsOf(headers)).filter(
    ([name, value]) => value !== undefined && !isNeutralHeader(name.toLowerCase()),
  );
  return Object.fromEntries(inKey.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

const isReadable = ({ unreadable, endpoints }: ModelParts) =>
  unreadable === undefined && endpoints.length > 0;

/**
 * Refuses a model of which it cannot be read who answers.
 *
 * @throws {LlmCacheError} `WRONG_CLIENT`, with the part that cannot be read and the remedy
 */
export function mustSayWhoAnswers(model: Model): void {
  const parts = partsOf(model);
  if (isReadable(parts)) return;
  const { unreadable, endpoints } = parts;
  const isWrapped =
    unreadable === undefined || (endpoints.length === 0 && /^do[A-Z]/.test(unreadable));
  const what = isWrapped
    ? 'it shows no base URL, like a model that wrapLanguageModel, a registry with middleware or your own code made'
    : `its ${unreadable || 'class'} cannot be read, and may change what is asked`;
  throw new LlmCacheError(
    'WRONG_CLIENT',
    `The key cannot cover this model of ${model.provider}: ${what}. Put the cache next to the provider's own model: wrapLanguageModel({ model: cachedAiSdk(openai('gpt-4o')), middleware }). Or say who answers: cachedAiSdk(model, { identity: { baseURL: 'https://llm.example.com/v1' } }).`,
  );
}

const MISSING_KEY = /\b[A-Z][A-Z0-9_]*_(KEY|TOKEN)\b/;

/**
 * The headers of a provider that has no API key: whoever replays stored answers needs none, but the SDK shows no header without
 * one. It reads the variable that its error names. Nothing is sent while the variable is set, and no other code runs. There is no
 * other way, because the headers are in a closure of the provider, which reads the variable at each call (`loadApiKey` in vercel/ai
 * packages/provider-utils). A key without these headers would not be the one under which the answers were recorded.
 */
function headersWithoutKey(headers: () => unknown, error: unknown): unknown {
  const name = MISSING_KEY.exec(String(error))?.[0];
  if (name === undefined || process.env[name] !== undefined) throw error;
  process.env[name] = 'none';
  try {
    return headers();
  } finally {
    delete process.env[name];
  }
}

function headersFrom(given: unknown): unknown {
  if (typeof given !== 'function') return given;
  const headers = given as () => unknown; // without arguments it returns those of a model's calls
  try {
    return headers();
  } catch (error) {
    return headersWithoutKey(headers, error);
  }
}

function endpointFrom(given: unknown, modelId: string): unknown {
  return typeof given === 'function' ? given({ path: '', modelId }) : given;
}

const recordOf = (headers: unknown) =>
  headers instanceof Headers ? Object.fromEntries(headers) : fieldsOf(headers);

async function askProvider(parts: ModelParts): Promise<ModelSettings> {
  const { model, endpoints, settings } = parts;
  const asked = parts.headers.map(headersFrom);
  const records = (await Promise.all(asked)).map(recordOf);
  const endpoint = await Promise.all(endpoints.map((each) => endpointFrom(each, model.modelId)));
  const given: unknown = Object.assign({}, ...records);
  return { headers: headersInKey(given), given, others: { endpoint, settings } };
}

/**
 * What a model says of itself, and of nothing else where the user says who answers. The model is asked at each call,
 * because a header may name the tenant, also one that comes by a promise: a provider remembers its token itself. Undefined where it cannot say so, as without a region.
 */
export async function settingsOf(
  model: Model,
  said: object | undefined,
): Promise<ModelSettings | undefined> {
  if (said === undefined && !isReadable(partsOf(model))) return undefined;
  try {
    return await askProvider(partsOf(model));
  } catch {
    return undefined; // the call itself fails for the same reason
  }
}
