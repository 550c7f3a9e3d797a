import type { LlmCache } from '@cached-llm/core';
import {
  answerEach,
  type EachItemRules,
  embeddingParts,
  type Fields,
  fieldsOf,
  listOf,
} from '@cached-llm/core/adapter';
import type { EmbeddingModelMiddleware } from 'ai';
import { usageOf } from './admission.ts';
import { withSource } from './result-codec.ts';

type EmbedCall = Parameters<NonNullable<EmbeddingModelMiddleware['wrapEmbed']>>[0];
export type Embedded = Awaited<ReturnType<EmbedCall['doEmbed']>>;

/** The result for some values. What the provider says beside the vectors is taken from one of the results. */
const parted = embeddingParts<Embedded & Fields>({
  counts: ['usage'],
  vectorsOf: ({ embeddings }) => listOf(embeddings),
  withVectors: (result, embeddings) => ({
    ...result,
    embeddings: embeddings as Embedded['embeddings'], // `vectorsOf` gave them
  }),
});

const outcomeIn = ({ response }: Embedded) => fieldsOf(response?.headers)['x-cached-llm'];

/** The result with the outcome that all of its parts have, or `partial`; unchanged where none has one. */
function withOutcome(result: Embedded, parts: readonly Embedded[]): Embedded {
  const [outcome, ...others] = new Set(parts.map(outcomeIn));
  if (parts.length > 0 && outcome === undefined) return result;
  const age = Math.max(0, ...parts.map(({ response }) => Number(response?.headers?.age ?? 0)));
  const common = others.length > 0 ? 'partial' : String(outcome ?? 'miss');
  return withSource(result, { outcome: common, age: age * 1000 }) as Embedded; // two headers more
}

/**
 * Has an option one item for each value, such as the pictures that Gemini embeds beside the texts (`providerOptions.google.content`
 * in vercel/ai packages/google)? A value alone would lose its item.
 */
export function isOneRequest({ values, providerOptions }: EmbedCall['params']): boolean {
  const options = Object.values(fieldsOf(providerOptions)).flatMap((each) =>
    Object.values(fieldsOf(each)),
  );
  return values.length > 1 && options.some((each) => listOf(each).length === values.length);
}

/** Embeds value by value: each of them is looked up, and those that are missing are requested in one call. */
export async function embedEach(
  { pipeline }: LlmCache,
  { model, params, doEmbed }: EmbedCall,
  callFor: (params: EmbedCall['params']) => ReturnType<EachItemRules<string, Embedded>['callFor']>,
): Promise<Embedded> {
  const { values } = params;
  if (values.length === 0) return doEmbed();
  return answerEach<string, Embedded>(pipeline, values, {
    callFor: (value) => callFor({ ...params, values: [value] }),
    ask: async (missing, abortSignal) =>
      model.doEmbed({ ...params, values: [...missing], abortSignal }),
    split: (result, missing) =>
      parted.split(result, missing) ?? { rejection: 'incomplete', usage: usageOf(result) },
    join(parts, asked) {
      const joined = parted.join(parts, asked);
      return joined && withOutcome(joined, parts);
    },
    complete: withOutcome,
    invokeUncached: doEmbed,
  });
}
