import type { Ledger } from '@cached-llm/core';
import { formatCount, formatDuration, formatPercent, formatQuantity } from '../terminal/index.ts';
import type { Sample } from './entries.ts';
import { type Finding, fine, problem } from './finding.ts';

/** What a person does about each reason that a request bypasses the cache, or that an answer is not stored. */
const REMEDIES: Readonly<Record<string, string>> = {
  when: 'The option when of your program excludes these calls.',
  'no-scope': 'Give each call a scope, or set requireScope: false.',
  'no-key': 'The option key of your program returned nothing for these calls.',
  'not-canonical':
    'A field of the request has no canonical form, such as a function: leave it out, or write ignore.',
  unreadable: 'A getter or toJSON of the request throws: pass plain data.',
  stateful: 'These calls refer to a state at the provider: send the whole conversation instead.',
  'not-shareable':
    'The answer belongs to one account: see the page on trust in the docs of @cached-llm/core.',
  endpoint: 'Answers of this URL are not cached. Name it in the option endpoints.',
  unidentified: 'Say which model and settings answer, in the options of the wrapper.',
  nested: 'An outer cached call stores these answers already.',
  control: 'A control of the call has an unknown name or a bad value: the event bypass says which.',
  'no-store': 'The request says cache-control: no-store. Remove it.',
  admit: 'The option admit of your program refuses these answers: log what it gets and returns.',
  truncated: 'The answers are cut at the token limit: raise max_tokens, or admit them.',
  filtered: 'A content filter stopped these answers.',
  refusal: 'The model declined. Such answers are stored only where admit says so.',
  empty: 'The answers have no text. Such answers are stored only where admit says so.',
  malformed: 'The answers are not the JSON that was asked for.',
  error: 'The provider failed, or the answer holds an error.',
  status: 'The provider answered with an error status: see the log of your program.',
  incomplete: 'The answers did not end. Read each stream to its end.',
  abandoned: 'The streams were not read to their end. Read each of them, or cancel fewer.',
  'hosted-tool': 'A tool of the provider makes the answer depend on time. admit can accept it.',
  'too-large': 'The answers are larger than maxEntryBytes: raise it.',
  'store-error': 'The store did not accept them: see the finding about store errors.',
  off: 'The mode is off: set mode: read-write.',
  'read-only': 'The mode is read-only: set mode: read-write.',
  replay: 'The mode is replay: set mode: read-write.',
  invalidated: 'They were invalidated while their call ran: invalidate less often.',
};
const OTHER_REMEDY =
  'The events bypass and not-admitted of your program say more: set logger: console.';

function byCount(
  reasons: Readonly<Record<string, number>>,
): readonly (readonly [string, number])[] {
  return Object.entries(reasons).sort(([, one], [, other]) => other - one);
}

const reasonsText = (reasons: Readonly<Record<string, number>>) =>
  byCount(reasons)
    .map(([reason, count]) => `${reason} ${formatCount(count)}`)
    .join(', ');

/** What to do about the most frequent reason. */
function remedyOf(reasons: Readonly<Record<string, number>>): string {
  const [reason = ''] = byCount(reasons)[0] ?? [];
  return REMEDIES[reason] ?? OTHER_REMEDY;
}

/** A smaller share is what happens in any program. */
const LARGEST_SHARE = 0.1;

function checkBypasses({ total }: Ledger): Finding {
  const { bypasses, requests, bypassesByReason: reasons } = total;
  const share = bypasses / requests;
  if (bypasses === 0) return fine('bypasses', 'No request bypassed the cache.');
  const found = `${formatCount(bypasses)} of ${formatQuantity(requests, 'request')} (${formatPercent(share)}) bypassed the cache: ${reasonsText(reasons)}.`;
  return share <= LARGEST_SHARE
    ? fine('bypasses', found)
    : problem('bypasses', found, remedyOf(reasons));
}

function checkRejections({ total }: Ledger): Finding {
  const { notAdmitted, stored, notAdmittedByReason: reasons } = total;
  const answers = notAdmitted + stored;
  if (notAdmitted === 0) return fine('not stored', 'Each answer that came was stored.');
  const share = notAdmitted / answers;
  const found = `${formatCount(notAdmitted)} of ${formatQuantity(answers, 'answer')} (${formatPercent(share)}) ${notAdmitted === 1 ? 'was' : 'were'} not stored: ${reasonsText(reasons)}.`;
  return share <= LARGEST_SHARE
    ? fine('not stored', found)
    : problem('not stored', found, remedyOf(reasons));
}

function checkStoreErrors({ total }: Ledger): readonly Finding[] {
  const { storeErrors, storeErrorsByOperation: operations } = total;
  if (storeErrors === 0) return [];
  const found = `The store failed ${formatQuantity(storeErrors, 'time')}: ${reasonsText(operations)}.`;
  const remedy = 'The event store-error says why. Run cached-llm health, and see storeTimeout.';
  return [problem('store errors', found, remedy)];
}

function checkEvictions({ total }: Ledger): readonly Finding[] {
  const { evictions, stored } = total;
  if (evictions === 0 || evictions * 2 < stored) return [];
  const found = `${formatCount(evictions)} entries were evicted while ${formatCount(stored)} were stored: the store is too small.`;
  return [problem('evictions', found, 'Raise maxBytes or maxEntries, or shorten the ttl.')];
}

/** Entries that have expired, or are gone, before their request came again. */
function checkTtl({ total }: Ledger, { ttl, rows, expired }: Sample): Finding {
  const { stored, hits } = total;
  const remedy =
    'Set a longer ttl: the option ttl, or CACHED_LLM_TTL=7d. Without one, it is 7 days.';
  if (rows === 0 && stored > 0) {
    const found = `${formatQuantity(stored, 'answer')} stored, and no entry is left: they have expired, were evicted or were removed.`;
    return problem('ttl', found, remedy);
  }
  if (ttl === undefined) return fine('ttl', 'No entry shows a ttl.');
  const half = `Half of the entries are fresh for ${formatDuration(ttl)} at most`;
  if (expired * 2 < rows || hits >= stored) return fine('ttl', `${half}.`);
  const found = `${half}, and ${formatCount(expired)} of ${formatCount(rows)} have expired. ${formatQuantity(stored, 'answer')} stored made ${formatQuantity(hits, 'hit')}: the ttl is shorter than the time between repeats.`;
  return problem('ttl', found, remedy);
}

function checkHits({ total }: Ledger): Finding {
  const { hits, stale, collapsed, misses, hitRate } = total;
  const answered = hits + stale + collapsed + misses;
  const found = `${formatPercent(hitRate)} of ${formatQuantity(answered, 'request')} needed no call of their own.`;
  if (hitRate > 0 || misses < 2) return fine('hits', found);
  const remedy =
    'See the other findings. If there is none, compare two requests: cached-llm explain, or cached-llm diff of two keys.';
  return problem('hits', `No request was a hit, and ${formatCount(misses)} were misses.`, remedy);
}

/** What the programs counted that share the store and the namespace. */
export function checkRequests(ledger: Ledger, sample: Sample, span: number): readonly Finding[] {
  if (ledger.total.requests === 0) {
    const found = `No program has counted a request here in the last ${formatDuration(span)}.`;
    const remedy =
      'Check that your program uses this store and namespace, and closes its cache: counts are written every 10 s and at the end, unless it sets ledger: false. --since looks further back.';
    return [problem('requests', found, remedy)];
  }
  return [
    checkHits(ledger),
    checkBypasses(ledger),
    checkRejections(ledger),
    checkTtl(ledger, sample),
    ...checkStoreErrors(ledger),
    ...checkEvictions(ledger),
  ];
}
