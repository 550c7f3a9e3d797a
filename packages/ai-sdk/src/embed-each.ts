import { Batch, shareOut } from '@cached-llm/core';
import type { EmbeddingModelMiddleware } from 'ai';
import type { ModelDoor } from './model-door.ts';

type EmbedCall = Parameters<NonNullable<EmbeddingModelMiddleware['wrapEmbed']>>[0];
type Embedded = Awaited<ReturnType<EmbedCall['doEmbed']>>;

/** The model did not give one vector for each value. */
class NotSplit extends Error {
  readonly result: Embedded;
  readonly asked: readonly string[];

  constructor(result: Embedded, asked: readonly string[]) {
    super('Not one vector for each value.');
    this.result = result;
    this.asked = asked;
  }
}

/** One result for each value, with its share of the usage. */
function split(result: Embedded, values: readonly string[]): readonly Embedded[] {
  const { embeddings, usage } = result;
  if (embeddings.length !== values.length) throw new NotSplit(result, values);
  const weights = values.map((value) => value.length);
  const tokens = usage && shareOut(usage.tokens, weights);
  return embeddings.map((embedding, place) => ({
    ...result,
    embeddings: [embedding],
    ...(tokens && { usage: { tokens: tokens[place] ?? 0 } }),
  }));
}

/** The result for all values; what the provider says beside the vectors is the first one's. */
function join(results: readonly Embedded[]): Embedded | undefined {
  const [first] = results;
  if (first === undefined) return undefined;
  const tokens = results.reduce((sum, { usage }) => sum + (usage?.tokens ?? 0), 0);
  return {
    ...first,
    embeddings: results.flatMap(({ embeddings }) => embeddings),
    ...(first.usage && { usage: { tokens } }),
  };
}

type Ask = (value: string, signal: AbortSignal) => Promise<Embedded>;

/** One value, by itself: from the store, or asked for with others that are missing. */
function embedOne(
  door: ModelDoor,
  { model, params }: EmbedCall,
  { value, ask }: { readonly value: string; readonly ask: Ask },
): Promise<Embedded> {
  const { abortSignal = new AbortController().signal } = params;
  return door.answer<Embedded>({
    model,
    operation: 'embedding-model',
    params: { ...params, values: [value] },
    pass: () => ask(value, abortSignal),
    invoke: (signal) => ask(value, signal),
  });
}

/** Embeds value by value: each is looked up, and those that are missing are asked for in one call. */
export async function embedEach(door: ModelDoor, call: EmbedCall): Promise<Embedded> {
  const { model, params, doEmbed } = call;
  const own = new Set<readonly string[]>();
  const batch = new Batch<string, Embedded>(async (values, abortSignal) => {
    own.add(values);
    return split(await model.doEmbed({ ...params, values: [...values], abortSignal }), values);
  });
  const ask: Ask = (value, signal) => batch.ask(value, signal);
  try {
    const each = params.values.map((value) => embedOne(door, call, { value, ask }));
    return join(await Promise.all(each)) ?? (await doEmbed());
  } catch (error) {
    if (!(error instanceof NotSplit)) throw error;
    // The result for all of these values is the caller's; for a part of them, or for another's, it is nobody's.
    const isWhole = own.has(error.asked) && error.asked.length === params.values.length;
    return isWhole ? error.result : doEmbed();
  }
}
