/** A part of a stored answer that can be shown as more than JSON. */
export type AnswerPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly name: string; readonly given: string }
  | { readonly kind: 'vector'; readonly numbers: readonly number[] }
  | { readonly kind: 'image'; readonly url: string };

/** A stored answer as it is shown. */
export interface ShownAnswer {
  readonly parts: readonly AnswerPart[];
  /** The chunks of a stream. */
  readonly chunks: readonly string[];
  /** All of it, as JSON where it is JSON. */
  readonly raw: string;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The body of a payload. Over HTTP, a line with status and headers stands before it. */
function bodyOf(payload: string): unknown {
  const end = payload.indexOf('\n');
  return (
    parsed(payload) ??
    (end < 0 ? payload : (parsed(payload.slice(end + 1)) ?? payload.slice(end + 1)))
  );
}

const isVector = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 7 && value.every((each) => typeof each === 'number');

/** What names a text of an answer in the formats of the providers. */
const TEXTS = new Set([
  'content',
  'text',
  'thinking',
  'response',
  'delta',
  'refusal',
  'output_text',
]);
const IMAGE = /^image\/(png|jpeg|gif|webp)$/;

function toolCall({ name, arguments: given, input, args }: Fields): AnswerPart | undefined {
  const value = given ?? input ?? args;
  if (typeof name !== 'string' || value === undefined) return undefined;
  return {
    kind: 'tool-call',
    name,
    given: typeof value === 'string' ? value : JSON.stringify(value),
  };
}

function image(fields: Fields): AnswerPart | undefined {
  const { b64_json: base64, mimeType = 'image/png', data } = fields;
  const content = base64 ?? data;
  if (typeof content !== 'string' || typeof mimeType !== 'string' || !IMAGE.test(mimeType))
    return undefined;
  return { kind: 'image', url: `data:${mimeType};base64,${content}` };
}

/** The parts of a value, found by the names that the providers give them. */
function* partsIn(value: unknown, name = ''): Generator<AnswerPart> {
  if (isVector(value)) return yield { kind: 'vector', numbers: value };
  if (Array.isArray(value)) {
    for (const each of value) yield* partsIn(each, name);
    return;
  }
  if (typeof value === 'string' && TEXTS.has(name) && value !== '')
    yield { kind: 'text', text: value };
  if (!isFields(value)) return;
  const whole = toolCall(value) ?? image(value);
  if (whole !== undefined) return yield whole;
  for (const [field, part] of Object.entries(value)) yield* partsIn(part, field);
}

/** The data of an event as the provider sent it: a line of server-sent events, a line of JSON, or a chunk. */
function* chunkValues(chunks: readonly unknown[]): Generator<unknown> {
  for (const chunk of chunks) {
    if (typeof chunk !== 'string') yield chunk;
    else for (const line of chunk.split('\n')) yield parsed(line.replace(/^data: ?/, ''));
  }
}

/** Texts that follow each other are one text. */
function joined(parts: Iterable<AnswerPart>): readonly AnswerPart[] {
  const all: AnswerPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.kind === 'text' && last?.kind === 'text') {
      all[all.length - 1] = { kind: 'text', text: last.text + part.text };
    } else all.push(part);
  }
  return all;
}

function* partsOfChunks(chunks: readonly unknown[]): Generator<AnswerPart> {
  for (const value of chunkValues(chunks)) yield* partsIn(value);
}

/** A stored answer, taken apart. */
export function shownAnswer(payload: string, kind: 'response' | 'stream'): ShownAnswer {
  const body = bodyOf(payload);
  const raw = typeof body === 'string' ? body : JSON.stringify(body, undefined, 2);
  if (kind === 'response' || !Array.isArray(body)) {
    return {
      parts: typeof body === 'string' ? [{ kind: 'text', text: body }] : [...partsIn(body)],
      chunks: [],
      raw,
    };
  }
  const chunks = body.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
  return { parts: joined(partsOfChunks(body)), chunks, raw };
}
