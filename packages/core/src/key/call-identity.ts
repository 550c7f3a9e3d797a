import { valueKind } from './value-kind.ts';

/** A request, or a part of one, by field. */
export type Fields = Readonly<Record<string, unknown>>;

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

/** A field's place in a request: `'metadata.user_id'` is `['metadata', 'user_id']`. */
export type FieldPath = readonly string[];

export function fieldPath(dotted: string): FieldPath {
  return dotted.split('.');
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && valueKind(value) === 'record';
}

export function fieldAt(request: Fields, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (value, name) => (isFields(value) ? value[name] : undefined),
    request,
  );
}

/** A copy of `request` with the field at `path` replaced, or left out for `undefined`. */
function withField(request: Fields, path: FieldPath, value: unknown): Fields {
  const [name, ...rest] = path;
  if (name === undefined || !Object.hasOwn(request, name)) return request;
  const child = request[name];
  if (rest.length === 0) return { ...request, [name]: value };
  return isFields(child) ? { ...request, [name]: withField(child, rest, value) } : request;
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
