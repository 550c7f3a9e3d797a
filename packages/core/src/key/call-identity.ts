import {
  allAt,
  type FieldPath,
  type Fields,
  fieldAt,
  fieldPath,
  fieldsOf,
  hasAt,
  isFields,
  isGiven,
  namesFor,
  replaceAt,
  withField,
} from './fields.ts';
import { type SameAs, withSameNames } from './same-as.ts';

/**
 * The random ids that clients make where a server sent none. A UUID: @langchain/ollama `src/utils.ts`, and after `call_` LiteLLM.
 * At least 16 letters and digits: `generateId` in vercel/ai `packages/provider-utils/src/generate-id.ts`. Pydantic AI has a prefix
 * of its own. Any other id stays as it is. The ids of servers come back with a stored answer, and a text may mention an id that is
 * a word. Some models read the ids (Kimi K2 expects `functions.name:0`).
 */
const CLIENT_MADE =
  /^(call_|run-+|)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^(pyd_ai_|)[0-9a-f]{32}$|^(?=[A-Za-z]*\d|[a-z]+[A-Z]|[A-Z]+[a-z])[0-9A-Za-z]{16,32}$/;

/**
 * The new names of ids, which are numbers, so that none equals an id. An id in one place only is not renamed: what it links to
 * is not in this request.
 */
function namesOf(ids: readonly unknown[]): ReadonlyMap<unknown, number> {
  const once = new Set<unknown>();
  const linked = new Set(ids.filter((id) => once.size === once.add(id).size));
  const isMade = (id: unknown) => typeof id === 'string' && CLIENT_MADE.test(id);
  const made = [...once].filter((id) => linked.has(id) && isMade(id));
  return new Map(made.map((id, place) => [id, place]));
}

/**
 * The request in which the call ids that a client made at random are renamed by their order. An id links a call of the
 * conversation to its result, and the answer depends on the link and not on the text of the id. A client that makes the ids itself would otherwise
 * never ask the same twice. Two requests have one form only if the same ids are equal in both. They are counted in the order of `paths`.
 */
export function renameCallIds(request: Fields, paths: readonly FieldPath[]): Fields {
  if (!paths.some((path) => hasAt(request, path))) return request; // most conversations have no calls
  const ids = paths.flatMap((path) => allAt(request, path));
  const names = namesOf(ids);
  // A value that is no text is put in a list, so that it does not equal a new name.
  const nameOf = (id: unknown) => names.get(id) ?? (typeof id === 'string' ? id : [id]);
  return paths.reduce(
    (fields, path) => replaceAt(fields, path, nameOf) as Fields, // a record stays one
    request,
  );
}

/** Everything an answer depends on, and nothing else. All of it is in the key, except as `form` says. */
export interface CallIdentity {
  /** Who answers: `openai`, or the name of your own function. */
  readonly provider: string;
  /** What is called: a method and a URL, or the name of a function. */
  readonly operation?: string | undefined;
  readonly model?: string | undefined;
  /** The answer comes in chunks, and is stored in chunks. */
  readonly streamed?: boolean | undefined;
  /**
   * In cross mode, where a stored answer is served whole or as a stream: in which form it is wanted. The key only says
   * that both forms share an entry.
   */
  readonly form?: string | undefined;
  /** Request headers that change the answer, such as a provider's beta flags. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Your own version of the key: raise it when a prompt template or a parser behind the call changes. */
  readonly version?: string | undefined;
  /** Which of several answers to the same request. */
  readonly sample?: number | undefined;
  /** The digest of the code of a function that has no name of its own. */
  readonly code?: string | undefined;
  /** A function's arguments after the first. */
  readonly further?: readonly unknown[] | undefined;
  /**
   * The request: messages, temperature, max tokens, system, tools and every other field, but for those of an
   * ignore-list that says why.
   */
  readonly request: unknown;
}

/** The part of an `Adapter` that the key depends on. */
interface RequestRules {
  readonly ignore: readonly string[];
  readonly atOwnHosts?: { readonly hosts: RegExp; readonly ignore: readonly string[] } | undefined;
  readonly callIds?: readonly string[] | undefined;
  readonly temperature?: string | undefined;
  modelOf?(request: Fields, url?: URL): string | undefined;
  readonly cross?: CrossModeFields | undefined;
}

interface CrossModeFields {
  covers(request: Fields): boolean;
  readonly ignore: readonly string[];
}

/** The part of a call's `Policy` that the key depends on. */
export interface KeyOptions {
  readonly ignore: readonly FieldPath[];
  readonly version: string | undefined;
  readonly sample: number;
  readonly crossMode: boolean;
  readonly sameAs?: SameAs | undefined;
}

/** Rounds to 2 decimals, so that 0.7000001 and 0.7 are one temperature. */
export function roundTemperature(temperature: unknown): unknown {
  return typeof temperature === 'number' ? Math.round(temperature * 100) / 100 : temperature;
}

export interface Normalisation {
  /** Fields that the answer does not depend on. */
  readonly ignore: readonly FieldPath[];
  /** The ids of calls, which are renamed by their order. @default none */
  readonly callIds?: readonly FieldPath[] | undefined;
  readonly temperature: FieldPath;
}

/** A copy of the request without its ignored fields, with its temperature rounded and its random call ids renamed. */
export function normaliseRequest(request: Fields, rules: Normalisation): Fields {
  const { ignore, callIds = [], temperature } = rules;
  const given = fieldAt(request, temperature);
  const rounded = roundTemperature(given);
  const start = rounded === given ? request : withField(request, temperature, rounded);
  let left = start;
  for (const path of ignore) left = withField(left, path, undefined);
  return renameCallIds(left, callIds);
}

/** The form of a call that does not ask for a stream. */
export const WHOLE_FORM = 'whole';

/** An identity whose key is the same whether the answer is wanted whole or as a stream. */
function crossModeIdentity(
  identity: CallIdentity,
  request: Fields,
  { ignore }: CrossModeFields,
): CallIdentity {
  const fields = ignore.map(fieldPath);
  // Two streams have different forms where one has more beside the answer, such as its usage.
  const asked = fields.map((path) => fieldAt(request, path) ?? null);
  return {
    ...identity,
    streamed: undefined,
    form: identity.streamed === true ? `stream ${JSON.stringify(asked)}` : WHOLE_FORM,
    request: normaliseRequest(request, { ignore: fields, temperature: [] }),
  };
}

/** A request, with what the function or the transport knows of it. */
export interface UnkeyedRequest extends CallIdentity {
  readonly adapter?: RequestRules | undefined;
  readonly url?: URL | undefined;
}

const CONVERSATION = ['messages', 'prompt', 'input', 'contents'] as const;

/** Where call ids are in OpenAI's forms, which many servers have. */
const CALL_IDS = ['messages.*.tool_calls.*.id', 'messages.*.tool_call_id', 'input.*.call_id'];

const normalisations = new WeakMap<KeyOptions, WeakMap<object, Normalisation>>();

/** Does it look like a request to a model? The field `temperature` of anything else is no temperature of a model. */
function isRecognised(request: Fields): boolean {
  return CONVERSATION.some((field) => Object.hasOwn(request, field));
}

/** Made once for each adapter and policy, because to split the paths again takes longer than to use them. */
function normalisationFor(
  { adapter, url }: Pick<UnkeyedRequest, 'adapter' | 'url'>,
  policy: KeyOptions,
): Normalisation {
  const elsewhere = url !== undefined && adapter?.atOwnHosts?.hosts.test(url.hostname) === false;
  const of = (elsewhere ? adapter.atOwnHosts : adapter) ?? CALL_IDS;
  const known = normalisations.get(policy)?.get(of);
  if (known !== undefined) return known;
  const atOwnHosts = elsewhere ? [] : (adapter?.atOwnHosts?.ignore ?? []);
  const neutral = [...(adapter?.ignore ?? []), ...atOwnHosts].map(fieldPath);
  const ignore = [...neutral, ...policy.ignore];
  const callIds = (adapter === undefined ? CALL_IDS : adapter.callIds)?.map(fieldPath);
  const made = { ignore, callIds, temperature: fieldPath(adapter?.temperature ?? 'temperature') };
  const others = normalisations.get(policy) ?? new WeakMap<object, Normalisation>();
  normalisations.set(policy, others.set(of, made));
  return made;
}

function normalised(request: Fields, asked: UnkeyedRequest, policy: KeyOptions): Fields {
  const normalisation = normalisationFor(asked, policy);
  const isKnown = asked.adapter !== undefined || isRecognised(request);
  return normaliseRequest(request, isKnown ? normalisation : { ...normalisation, temperature: [] });
}

function modelOf({ adapter, request, url }: UnkeyedRequest): string | undefined {
  if (!isFields(request)) return undefined;
  const model = adapter?.modelOf?.(request, url) ?? request.model;
  return typeof model === 'string' ? model : undefined;
}

/** The headers but for those that the user ignores. */
function headersInKey(
  headers: CallIdentity['headers'],
  { ignore }: KeyOptions,
): CallIdentity['headers'] {
  const ignored = ignore.filter(([first]) => first === 'headers');
  if (headers === undefined || ignored.length === 0) return headers;
  const names = Object.keys(headers);
  const out = new Set(ignored.flatMap(([, name = '']) => namesFor(name.toLowerCase(), names)));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !out.has(name)));
}

type Unfinished = { -readonly [Name in keyof CallIdentity]: CallIdentity[Name] };

/** Leaves out what is undefined, because to sort it and to skip it later takes as long as to hash the rest. */
function add<Name extends keyof CallIdentity>(
  identity: Unfinished,
  name: Name,
  value: CallIdentity[Name],
): void {
  if (value !== undefined) identity[name] = value;
}

/** The identity of a request: which of its fields are in the key, and in which form. `RowCodec.keyOf` adds namespace and scope. */
export function identify(given: UnkeyedRequest, policy: KeyOptions): CallIdentity {
  const asked = withSameNames(given, policy.sameAs, modelOf);
  const { adapter, request } = asked;
  const rest = isFields(request) ? normalised(request, asked, policy) : request;
  const { stream } = fieldsOf(request);
  const isStreamed = stream === true;
  // What a server makes of 1 or 'true' is not known: such a value is in the key.
  const normal =
    isGiven(stream) && typeof stream !== 'boolean' ? { ...fieldsOf(rest), stream } : rest;
  const identity: Unfinished = { provider: asked.provider, request: normal };
  add(identity, 'operation', asked.operation);
  add(identity, 'model', asked.model ?? modelOf(asked));
  add(identity, 'code', asked.code);
  add(identity, 'headers', headersInKey(asked.headers, policy));
  add(identity, 'further', asked.further);
  add(identity, 'form', asked.form);
  add(identity, 'streamed', asked.streamed ?? (isStreamed || undefined));
  add(identity, 'version', asked.version ?? policy.version);
  // A call without a number has the first of several answers.
  add(identity, 'sample', (asked.sample ?? policy.sample) || undefined);
  const cross = policy.crossMode ? adapter?.cross : undefined;
  const isCovered = cross !== undefined && isFields(normal) && cross.covers(normal);
  return isCovered ? crossModeIdentity(identity, normal, cross) : identity;
}
