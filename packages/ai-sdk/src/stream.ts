import {
  type Fields,
  fieldsOf,
  isFields,
  isGiven,
  isOutOfOrder,
  type StreamRules,
} from '@cached-llm/core/adapter';

type Block = Record<string, unknown>;

const BLOCK = /^(text|reasoning)-(start|delta|end)$/;

/** Parts that describe the stream, and pieces of a part that also comes whole. */
const NO_CONTENT = /^(stream-start|response-metadata|finish|raw|ping|tool-input-.*)$/;

const typeOf = ({ type }: Fields) => String(type);

/** Each part of a block carries some of the provider's metadata. Where two disagree, the later one is right. */
function mergeMetadata(before: Fields, after: unknown): Fields {
  const merged = Object.entries(fieldsOf(after)).map(([provider, fields]) => [
    provider,
    { ...fieldsOf(before[provider]), ...fieldsOf(fields) },
  ]);
  return { ...before, ...Object.fromEntries(merged) };
}

function grow(block: Block | undefined, { type: _type, id: _id, delta, ...rest }: Fields): void {
  if (block === undefined) return; // such a stream is torn
  const { text, providerMetadata: before } = block;
  Object.assign(block, rest, { text: `${String(text)}${String(delta ?? '')}` });
  if (isFields(before)) block.providerMetadata = mergeMetadata(before, rest.providerMetadata);
}

const isContent = (part: Fields) => !NO_CONTENT.test(typeOf(part)) && part.preliminary !== true;

/** Texts and thoughts grow under their id, each in the place where it began. All other content comes whole. */
function contentOf(parts: readonly Fields[]): readonly Block[] {
  const content: Block[] = [];
  const open = new Map<string, Block>();
  for (const part of parts) {
    const [, kind, step] = BLOCK.exec(typeOf(part)) ?? [];
    const name = `${kind} ${String(part.id)}`;
    if (step === 'start') {
      const block = { type: kind, text: '' };
      open.set(name, block);
      content.push(block);
    }
    if (kind !== undefined) grow(open.get(name), part);
    else if (isContent(part)) content.push({ ...part });
  }
  return content.filter(
    ({ type, text, citations, providerMetadata }) =>
      type !== 'text' || text !== '' || isGiven(citations) || isGiven(providerMetadata),
  );
}

function lastOf(parts: readonly Fields[], type: string): Fields {
  const { type: _type, ...part } = parts.findLast((each) => typeOf(each) === type) ?? {};
  return part;
}

const ofType = (parts: readonly Fields[], type: string) =>
  parts.filter((part) => typeOf(part) === type);

/** Is a part out of its order, does a tool call that began not become one, or does the stream end twice? */
function isTorn(parts: readonly Fields[]): boolean {
  const called = new Set(ofType(parts, 'tool-call').map(({ toolCallId }) => toolCallId));
  const isUncalled = ofType(parts, 'tool-input-start').some(({ id }) => !called.has(id));
  return isOutOfOrder(parts) || isUncalled || ofType(parts, 'finish').length > 1;
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.filter(isFields);
  if (parts.some((part) => typeOf(part) === 'error')) return { error: true };
  if (!parts.some(ends) || isTorn(parts)) return undefined;
  return {
    content: contentOf(parts),
    ...lastOf(parts, 'finish'),
    response: lastOf(parts, 'response-metadata'),
    warnings: lastOf(parts, 'stream-start').warnings ?? [],
  };
}

/** A stream that broke off also has a `finish`. Its reason, `interrupted`, is judged like any other. */
function ends(chunk: unknown): boolean {
  return isFields(chunk) && chunk.type === 'finish';
}

export const stream: StreamRules = { ends, assemble };
