import { answerEach, splitByWeight } from '@cached-llm/core/adapter';
import type { EmbeddingModelMiddleware } from 'ai';

type EmbedCall = Parameters<NonNullable<EmbeddingModelMiddleware['wrapEmbed']>>[0];
type Embedded = Awaited<ReturnType<EmbedCall['doEmbed']>>;

/** The call for one value, with the two ways to make it. */
interface ValueCall {
  readonly params: EmbedCall['params'];
  readonly invokeUncached: () => Promise<Embedded>;
  readonly invoke: (signal: AbortSignal) => Promise<Embedded>;
}

/** One result for each value, with its share of the usage. */
function split(result: Embedded, values: readonly string[]): readonly Embedded[] | undefined {
  const { embeddings, usage } = result;
  if (embeddings.length !== values.length) return undefined;
  const weights = values.map((value) => value.length);
  const tokens = usage && splitByWeight(usage.tokens, weights);
  return embeddings.map((embedding, place) => ({
    ...result,
    embeddings: [embedding],
    ...(tokens && { usage: { tokens: tokens[place] ?? 0 } }),
  }));
}

/** The result for all values. What the provider says beside the vectors is taken from the first one. */
function join(results: readonly Embedded[]): Embedded {
  const [first] = results as [Embedded]; // there is at least one value
  const tokens = results.reduce((sum, { usage }) => sum + (usage?.tokens ?? 0), 0);
  return {
    ...first,
    embeddings: results.flatMap(({ embeddings }) => embeddings),
    ...(first.usage && { usage: { tokens } }),
  };
}

/** Embeds value by value: `answer` looks each of them up, and those that are missing are requested in one call. */
export async function embedEach(
  { model, params, doEmbed }: EmbedCall,
  answer: (call: ValueCall) => Promise<Embedded>,
): Promise<Embedded> {
  const { values, abortSignal: own = new AbortController().signal } = params;
  if (values.length === 0) return doEmbed();
  return answerEach<string, Embedded, Embedded>(values, {
    answer: (value, ask) =>
      answer({
        params: { ...params, values: [value] },
        invokeUncached: () => ask(own),
        invoke: ask,
      }),
    ask: async (missing, abortSignal) =>
      model.doEmbed({ ...params, values: [...missing], abortSignal }),
    split,
    join,
    bypass: doEmbed,
  });
}
