import { type Fields, fieldsOf, isFields, isGiven, type StreamRules } from '@cached-llm/core';

type Block = Record<string, unknown>;

const BLOCK = /^(text|reasoning)-(start|delta|end)$/;

/** Parts that are about the stream, or about a part that still comes whole. */
const PASSING = /^(stream-start|response-metadata|finish|raw|ping|tool-input-.*)$/;

const typeOf = ({ type }: Fields) => String(type);

/** Each part of a block says some of what a provider says beside it; who says it anew knows better. */
function mergeMetadata(before: Fields, after: unknown): Fields {
  const said = Object.entries(fieldsOf(after)).map(([provider, fields]) => [
    provider,
    { ...fieldsOf(before[provider]), ...fieldsOf(fields) },
  ]);
  return { ...before, ...Object.fromEntries(said) };
}

/** Texts and thoughts grow by their id, each in the place where it began; all else comes whole. */
class Content {
  readonly #parts: Block[] = [];
  readonly #open = new Map<string, Block>();

  add(part: Fields): void {
    const [, kind] = BLOCK.exec(typeOf(part)) ?? [];
    if (kind !== undefined) this.#grow(kind, part);
    else if (!PASSING.test(typeOf(part)) && part.preliminary !== true)
      this.#parts.push({ ...part });
  }

  get whole(): readonly Block[] {
    return this.#parts.filter(
      ({ type, text, citations, providerMetadata }) =>
        type !== 'text' || text !== '' || isGiven(citations) || isGiven(providerMetadata),
    );
  }

  #grow(kind: string, { type, id, delta, ...rest }: Fields): void {
    const name = `${kind} ${String(id)}`;
    if (type === `${kind}-start`) this.#start(name, { type: kind, text: '' });
    const block = this.#open.get(name);
    if (block === undefined) return;
    const { text, providerMetadata: before } = block;
    Object.assign(block, rest, { text: `${String(text)}${String(delta ?? '')}` });
    if (isFields(before)) block.providerMetadata = mergeMetadata(before, rest.providerMetadata);
  }

  #start(name: string, block: Block): void {
    this.#open.set(name, block);
    this.#parts.push(block);
  }
}

function partOf(parts: readonly Fields[], type: string): Fields {
  const { type: _type, ...part } = parts.findLast((each) => typeOf(each) === type) ?? {};
  return part;
}

function assemble(chunks: readonly unknown[]): Fields | undefined {
  const parts = chunks.filter(isFields);
  if (parts.some((part) => typeOf(part) === 'error')) return { error: true };
  if (!parts.some(ends)) return undefined;
  const content = new Content();
  for (const part of parts) content.add(part);
  return {
    content: content.whole,
    ...partOf(parts, 'finish'),
    response: partOf(parts, 'response-metadata'),
    warnings: partOf(parts, 'stream-start').warnings ?? [],
  };
}

/** A stream that broke off has a `finish`, too: its reason, `interrupted`, is judged like any other. */
function ends(chunk: unknown): boolean {
  return isFields(chunk) && chunk.type === 'finish';
}

export const stream: StreamRules = { ends, assemble };
