import { Readable } from 'node:stream';
import type { LlmCache } from '@cached-llm/core';
import type { RetagResult, TagChange } from '@cached-llm/core/store';
import {
  defineCommand,
  flag,
  type OptionValues,
  type Session,
  texts,
} from '../command-line/index.ts';
import { entryFilter, entryOptions, findEntry, withCache } from '../store/index.ts';
import {
  confirm,
  EXIT,
  Failure,
  formatCount,
  formatQuantity,
  inParallel,
  UsageFailure,
} from '../terminal/index.ts';

/** Why the tags of an entry stay as they are. */
const REASONS: Readonly<Record<Exclude<RetagResult, 'retagged' | 'unchanged'>, string>> = {
  absent: 'There is no such entry any more.',
  invalidated: 'The entry was invalidated, and is not served any more.',
  expired: 'The entry has expired.',
  'used-tag':
    'A new tag was invalidated or expired before, and nobody knows whether the answer is older than that. Choose another tag.',
  'older-secret':
    'The entry is encrypted with an older secret. It is written anew when it expires.',
  'too-large': 'The entry would be larger than maxEntryBytes.',
  contended: 'Other processes write the entry all the time. Try again.',
  'not-atomic':
    'This store cannot replace a row in one step, so that a newer answer could be lost. Use sqlite:, redis: or memory:.',
  'store-error': 'The store did not accept the change. Run cached-llm health.',
};

const CHANGES_AT_ONCE = 32;

type Counts = Map<RetagResult, number>;

async function retagAll(
  cache: LlmCache,
  keys: readonly string[],
  change: TagChange,
): Promise<Counts> {
  const counts: Counts = new Map();
  await inParallel(Readable.from(keys), CHANGES_AT_ONCE, async (key: string) => {
    const result = await cache.inspection.retag(key, change);
    counts.set(result, (counts.get(result) ?? 0) + 1);
  });
  return counts;
}

/** What the command prints: how many entries have other tags now, and why others have not. */
function factOf({ ...counts }: Readonly<Partial<Record<RetagResult, number>>>) {
  const { retagged = 0, unchanged = 0, ...others } = counts;
  const refused = Object.entries(others).map(([reason, entries]) => ({
    reason,
    entries,
    why: REASONS[reason as keyof typeof REASONS], // every other result has one
  }));
  return { retagged, unchanged, refused };
}

function textOf({ retagged, unchanged, refused }: ReturnType<typeof factOf>): string {
  const entries = (count: number) => formatQuantity(count, 'entry', 'entries');
  const same = unchanged === 0 ? '' : ` ${formatCount(unchanged)} had these tags already.`;
  const others = refused.map((each) => `${entries(each.entries)} not changed: ${each.why}`);
  return [`Changed the tags of ${entries(retagged)}.${same}`, ...others].join('\n');
}

type Filter = OptionValues<typeof entryOptions>;

/** The keys first, so that the number is known, and no entry is found again after its change. */
async function keysOf(
  cache: LlmCache,
  given: readonly string[],
  filter: Filter,
): Promise<readonly string[]> {
  const keys = new Set<string>();
  for (const key of given) keys.add(key.includes(':') ? key : (await findEntry(cache, key)).key);
  if (given.length > 0) return [...keys];
  for await (const { key } of cache.inspection.entries(entryFilter(filter))) keys.add(key);
  return [...keys];
}

function checkUsage(keys: readonly string[], filter: Filter, { add = [], remove = [] }: TagChange) {
  if (keys.length > 0 === Object.keys(filter).length > 0) {
    throw new UsageFailure(
      'Write either keys, or options that select entries, such as --model gpt-4o.',
    );
  }
  if (add.length + remove.length === 0 || [...add, ...remove].includes('')) {
    throw new UsageFailure('Write a tag that is not empty: --add reviewed, or --remove draft.');
  }
  const both = add.find((tag) => remove.includes(tag));
  if (both !== undefined) throw new UsageFailure(`The tag ${both} cannot be added and removed.`);
}

async function change({ host, output }: Session, cache: LlmCache, wanted: Wanted) {
  const { keys, isConfirmed, url, add = [], remove = [] } = wanted;
  const number = formatQuantity(keys.length, 'entry', 'entries');
  const words = [...add.map((tag) => `add ${tag}`), ...remove.map((tag) => `remove ${tag}`)];
  const question = `Change the tags of ${number} in ${url} (${words.join(', ')})?`;
  if (!isConfirmed && !(await confirm(host, question))) return EXIT.failed;
  const fact = factOf(Object.fromEntries(await retagAll(cache, keys, { add, remove })));
  const notAtomic = fact.refused.find(({ reason }) => reason === 'not-atomic');
  if (notAtomic !== undefined) throw new Failure(notAtomic.why);
  await output.print(fact, () => textOf(fact));
  return fact.refused.length === 0 ? EXIT.ok : EXIT.failed;
}

interface Wanted extends TagChange {
  readonly keys: readonly string[];
  readonly isConfirmed: boolean;
  readonly url: string;
}

export const tag = defineCommand({
  name: 'tag',
  summary: 'Change the tags of entries.',
  notes:
    'Answers and times stay as they are. An entry that was invalidated is left out, and so is one for which a new tag was invalidated before. The command exits with 1 if an entry could not be changed.',
  positionals: ['[keys...]'],
  options: {
    ...entryOptions,
    add: texts('<tag>', 'tag that the entries get, one or more times'),
    remove: texts('<tag>', 'tag that the entries lose, one or more times'),
    yes: flag('do not ask for confirmation'),
  },
  async run({ session, positionals, options: { add, remove, yes = false, ...filter } }) {
    checkUsage(positionals, filter, { add, remove });
    return withCache(session, 'must-exist', async ({ cache, url }) => {
      const keys = await keysOf(cache, positionals, filter);
      return change(session, cache, { keys, url, add, remove, isConfirmed: yes });
    });
  },
});
