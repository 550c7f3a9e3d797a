import { type FieldPath, type Fields, fieldAt, fieldPath, isFields, withField } from './fields.ts';

/** Everything one answer depends on, and nothing else. All of it is in the key. */
export interface CallIdentity {
  /** Who answers: `openai`, or the name of your own function. */
  readonly provider: string;
  /** What is asked of it: a method and URL, or the name of a function. */
  readonly operation?: string | undefined;
  readonly model?: string | undefined;
  /** The answer comes in chunks, and is kept in chunks. */
  readonly streamed?: boolean | undefined;
  /**
   * How the answer is wanted, whole or as a stream, where one that is stored is served either way. The key
   * says only that it is; see `crossMode`.
   */
  readonly form?: string | undefined;
  /** Request headers that change the answer, such as a provider's beta flags. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Your own version of the key: raise it when a prompt template or a parser behind the call changes. */
  readonly version?: string | undefined;
  /** Which of several answers to the same request. */
  readonly sample?: number | undefined;
  /** Digest of the code of a function that says nothing else of itself. */
  readonly code?: string | undefined;
  /** A function's arguments after the first. */
  readonly further?: readonly unknown[] | undefined;
  /**
   * The request: messages, temperature, max tokens, system, tools and every other field, less what an
   * argued ignore-list leaves out.
   */
  readonly request: unknown;
}

/** What of an adapter the key depends on: see `Adapter`. */
interface RequestRules {
  readonly ignore: readonly string[];
  readonly temperature?: string | undefined;
  modelOf?(request: Fields, url?: URL): string | undefined;
  readonly cross?: CrossModeFields | undefined;
}

interface CrossModeFields {
  covers(request: Fields): boolean;
  readonly ignore: readonly string[];
}

/** What of a call's options the key depends on: see `Policy`. */
export interface KeyOptions {
  readonly ignore: readonly FieldPath[];
  readonly version: string | undefined;
  readonly sample: number;
  readonly crossMode: boolean;
}

/** The design card's rule: 0.7000001 and 0.7 are one temperature. */
export function roundTemperature(temperature: unknown): unknown {
  return typeof temperature === 'number' ? Math.round(temperature * 100) / 100 : temperature;
}

export interface Normalisation {
  /** Fields the answer does not depend on. */
  readonly ignore: readonly FieldPath[];
  readonly temperature: FieldPath;
}

/** The request as the key sees it; the caller's own object is left as it is. */
export function normaliseRequest(request: Fields, { ignore, temperature }: Normalisation): Fields {
  const given = fieldAt(request, temperature);
  const rounded = roundTemperature(given);
  const start = rounded === given ? request : withField(request, temperature, rounded);
  return ignore.reduce((fields, path) => withField(fields, path, undefined), start);
}

/** How the form of a call that wants no stream is written. */
export const WHOLE_FORM = 'whole';

/** An identity whose key is the same whether the answer is wanted whole or as a stream. */
function crossModeIdentity(
  identity: CallIdentity,
  request: Fields,
  { ignore }: CrossModeFields,
): CallIdentity {
  const fields = ignore.map(fieldPath);
  // Streams that differ in what comes beside the answer, such as its usage, are of different forms.
  const asked = fields.map((path) => fieldAt(request, path) ?? null);
  return {
    ...identity,
    streamed: undefined,
    form: identity.streamed === true ? `stream ${JSON.stringify(asked)}` : WHOLE_FORM,
    request: normaliseRequest(request, { ignore: fields, temperature: [] }),
  };
}

/** A request as a door hands it over. */
export interface UnkeyedRequest extends CallIdentity {
  readonly adapter?: RequestRules | undefined;
  readonly url?: URL | undefined;
}

const CONVERSATION = ['messages', 'prompt', 'input', 'contents'] as const;

const NO_ADAPTER = {};

const normalisations = new WeakMap<KeyOptions, WeakMap<object, Normalisation>>();

/** Looks like a request to a model: then, and only then, is its temperature a temperature. */
function isRecognised(request: Fields): boolean {
  return CONVERSATION.some((field) => Object.hasOwn(request, field));
}

/** What a request is rid of, and where its temperature is: worked out once for an adapter and a policy. */
function normalisationFor(adapter: RequestRules | undefined, policy: KeyOptions): Normalisation {
  const of = adapter ?? NO_ADAPTER;
  const known = normalisations.get(policy)?.get(of);
  if (known !== undefined) return known;
  const ignore = [...(adapter?.ignore.map(fieldPath) ?? []), ...policy.ignore];
  const made = { ignore, temperature: fieldPath(adapter?.temperature ?? 'temperature') };
  const others = normalisations.get(policy) ?? new WeakMap<object, Normalisation>();
  normalisations.set(policy, others.set(of, made));
  return made;
}

function normalised(
  request: Fields,
  adapter: RequestRules | undefined,
  policy: KeyOptions,
): Fields {
  const normalisation = normalisationFor(adapter, policy);
  const isKnown = adapter !== undefined || isRecognised(request);
  return normaliseRequest(request, isKnown ? normalisation : { ...normalisation, temperature: [] });
}

function modelOf({ adapter, request, url }: UnkeyedRequest): string | undefined {
  if (!isFields(request)) return undefined;
  const model = adapter?.modelOf?.(request, url) ?? request.model;
  return typeof model === 'string' ? model : undefined;
}

type Unfinished = { -readonly [Name in keyof CallIdentity]: CallIdentity[Name] };

/** Sorting and passing over what was not given takes as long as hashing what was: it is left out from the start. */
function add<Name extends keyof CallIdentity>(
  identity: Unfinished,
  name: Name,
  value: CallIdentity[Name],
): void {
  if (value !== undefined) identity[name] = value;
}

/** Everything the answer depends on, from what was asked: the one place where a request becomes a key. */
export function identify(asked: UnkeyedRequest, policy: KeyOptions): CallIdentity {
  const { adapter, request } = asked;
  const given = isFields(request) ? normalised(request, adapter, policy) : request;
  const isStreamed = isFields(request) && request.stream === true;
  const identity: Unfinished = { provider: asked.provider, request: given };
  add(identity, 'operation', asked.operation);
  add(identity, 'model', asked.model ?? modelOf(asked));
  add(identity, 'code', asked.code);
  add(identity, 'headers', asked.headers);
  add(identity, 'further', asked.further);
  add(identity, 'form', asked.form);
  add(identity, 'streamed', asked.streamed ?? (isStreamed || undefined));
  add(identity, 'version', asked.version ?? policy.version);
  // The first of several answers is the one that a call without a number has.
  add(identity, 'sample', (asked.sample ?? policy.sample) || undefined);
  const cross = policy.crossMode ? adapter?.cross : undefined;
  const isCovered = cross !== undefined && isFields(given) && cross.covers(given);
  return isCovered ? crossModeIdentity(identity, given, cross) : identity;
}
