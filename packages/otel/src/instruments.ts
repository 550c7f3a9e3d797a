import type { Meter } from '@opentelemetry/api';

/** The boundaries that the semantic conventions ask for. */
const TOKENS = Array.from({ length: 14 }, (_one, power) => 4 ** power);
const SECONDS = Array.from({ length: 14 }, (_one, power) => 0.01 * 2 ** power);
/** Look-ups end before the first of those. */
const LOOK_UP = Array.from({ length: 14 }, (_one, power) => 0.00005 * 2 ** power);

/** What calls cost, by the semantic conventions for generative AI: a hit is in none of these. */
function spent(meter: Meter) {
  return {
    tokens: meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens of calls that were made.',
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKENS },
    }),
    duration: meter.createHistogram('gen_ai.client.operation.duration', {
      description: 'How long calls took that were made, to the end of a stream.',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS },
    }),
    cost: meter.createCounter('cached_llm.cost.spent', {
      description: 'What calls cost, where their price is known.',
      unit: '{USD}',
    }),
  };
}

function saved(meter: Meter) {
  return {
    tokens: meter.createCounter('cached_llm.tokens.saved', {
      description: 'Tokens of answers that made no call.',
      unit: '{token}',
    }),
    cost: meter.createCounter('cached_llm.cost.saved', {
      description: 'What those answers had cost, where their price is known.',
      unit: '{USD}',
    }),
    time: meter.createCounter('cached_llm.time.saved', {
      description: 'How much sooner answers came from the store.',
      unit: 's',
    }),
  };
}

export type Instruments = ReturnType<typeof instrumentsOf>;

export function instrumentsOf(meter: Meter) {
  return {
    spent: spent(meter),
    saved: saved(meter),
    requests: meter.createCounter('cached_llm.requests', {
      description: 'Requests, by what became of them.',
    }),
    stored: meter.createCounter('cached_llm.stored', { description: 'Answers that were stored.' }),
    notAdmitted: meter.createCounter('cached_llm.not_admitted', {
      description: 'Answers that were not stored, by reason.',
    }),
    volatileFields: meter.createCounter('cached_llm.volatile_fields', {
      description: 'Fields that differ in each request, so that none is a hit.',
    }),
    lookUp: meter.createHistogram('cached_llm.lookup.duration', {
      description: 'How long answers from the store took.',
      unit: 's',
      advice: { explicitBucketBoundaries: LOOK_UP },
    }),
    storeErrors: meter.createCounter('cached_llm.store.errors', {
      description: 'Operations of the store that failed.',
    }),
  };
}
