import type { Meter } from '@opentelemetry/api';

/** Look-ups end before the first boundary that the conventions have for calls. */
const LOOK_UP = Array.from({ length: 14 }, (_one, power) => 0.00005 * 2 ** power);

function money(meter: Meter) {
  const dollars = (name: string, description: string) =>
    meter.createCounter(name, { description, unit: '{USD}' });
  return {
    saved: dollars(
      'cached_llm.cost.saved',
      'What answers had cost that made no call of their own.',
    ),
    spent: dollars('cached_llm.cost.spent', 'What calls cost.'),
  };
}

function time(meter: Meter) {
  const seconds = (name: string, description: string) =>
    meter.createCounter(name, { description, unit: 's' });
  return {
    saved: seconds('cached_llm.time.saved', 'How much sooner answers came than from the provider.'),
    lost: seconds('cached_llm.time.lost', 'How much later answers came than from the provider.'),
    lookUp: meter.createHistogram('cached_llm.lookup.duration', {
      description: 'How long answers from the store took.',
      unit: 's',
      advice: { explicitBucketBoundaries: LOOK_UP },
    }),
  };
}

function counts(meter: Meter) {
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`cached_llm.${name}`, { description, unit });
  return {
    requests: counter('requests', '{request}', 'Requests, by what became of them.'),
    calls: counter('calls', '{call}', 'Calls of a provider, by whether their price is known.'),
    tokensSaved: counter(
      'tokens.saved',
      '{token}',
      'Tokens of answers that made no call of their own.',
    ),
    stored: counter('stored', '{answer}', 'Answers that were stored.'),
    notAdmitted: counter('not_admitted', '{answer}', 'Answers that were not stored, by reason.'),
    volatileFields: counter(
      'volatile_fields',
      '{field}',
      'Fields that differ in each request, so that none is a hit.',
    ),
    storeErrors: counter('store.errors', '{error}', 'Operations of the store that failed.'),
  };
}

export type CacheInstruments = ReturnType<typeof cacheInstruments>;

/** What only a cache can count. All of it has our own prefix, because the conventions have no names for caches. */
export function cacheInstruments(meter: Meter) {
  return { ...counts(meter), cost: money(meter), time: time(meter) };
}
