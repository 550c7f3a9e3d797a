import { answerEach, shareOut } from '@cached-llm/core';
import type { EmbeddingModelMiddleware } from 'ai';
import type { ModelDoor } from './model-door.ts';

type EmbedCall = Parameters<NonNullable<EmbeddingModelMiddleware['wrapEmbed']>>[0];
type Embedded = Awaited<ReturnType<EmbedCall['doEmbed']>>;

/** One result for each value, with its share of the usage. */
function split(result: Embedded, values: readonly string[]): readonly Embedded[] | undefined {
  const { embeddings, usage } = result;
  if (embeddings.length !== values.length) return undefined;
  const weights = values.map((value) => value.length);
  const tokens = usage && shareOut(usage.tokens, weights);
  return embeddings.map((embedding, place) => ({
    ...result,
    embeddings: [embedding],
    ...(tokens && { usage: { tokens: tokens[place] ?? 0 } }),
  }));
}

/** The result for all values; what the provider says beside the vectors is the first one's. */
function join(results: readonly Embedded[]): Embedded {
  const [first] = results as [Embedded]; // embedEach looked
  const tokens = results.reduce((sum, { usage }) => sum + (usage?.tokens ?? 0), 0);
  return {
    ...first,
    embeddings: results.flatMap(({ embeddings }) => embeddings),
    ...(first.usage && { usage: { tokens } }),
  };
}

/** Embeds value by value: each is looked up, and those that are missing are asked for in one call. */
export async function embedEach(door: ModelDoor, call: EmbedCall): Promise<Embedded> {
  const { model, params, doEmbed } = call;
  const { values, abortSignal: own = new AbortController().signal } = params;
  if (values.length === 0) return doEmbed();
  return answerEach<string, Embedded, Embedded>(values, {
    answer: (value, ask) =>
      door.answer<Embedded>({
        model,
        operation: 'embedding-model',
        params: { ...params, values: [value] },
        isPart: true,
        pass: () => ask(own),
        invoke: ask,
      }),
    ask: async (missing, abortSignal) =>
      model.doEmbed({ ...params, values: [...missing], abortSignal }),
    split,
    join,
    pass: doEmbed,
  });
}
