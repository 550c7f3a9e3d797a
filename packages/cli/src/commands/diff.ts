import { isFields } from '@cached-llm/core/adapter';
import { differingFields, type StoredEntry, visibleText } from '@cached-llm/core/store';
import { defineCommand } from '../command-line/index.ts';
import { entryFacts, findEntry, payloadValue, withCache } from '../store/index.ts';
import { formatTable } from '../terminal/index.ts';

/** More differences than this are cut off. */
const MOST_DIFFERENCES = 20;

function partsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((part, index) => [`[${index}]`, part]));
  if (!isFields(value)) return undefined;
  return new Map(Object.entries(value).map(([name, part]) => [`.${name}`, part]));
}

function* differences(one: unknown, other: unknown, path: string): Generator<string> {
  const [first, second] = [partsOf(one), partsOf(other)];
  if (first === undefined || second === undefined) {
    const isSame = JSON.stringify(one) === JSON.stringify(other);
    if (!isSame) yield path.replace(/^\./, '') || 'all of it';
    return;
  }
  for (const name of new Set([...first.keys(), ...second.keys()])) {
    yield* differences(first.get(name), second.get(name), path + name);
  }
}

/** The paths at which two answers differ. */
function differingPaths(one: StoredEntry, other: StoredEntry): readonly string[] {
  const found: string[] = [];
  const [first, second] = [payloadValue(one.payload), payloadValue(other.payload)];
  for (const path of differences(first, second, '')) {
    if (found.length === MOST_DIFFERENCES) return [...found, '…'];
    found.push(path);
  }
  return found;
}

/** The facts that are not the same for both entries: name, first value, second value. */
function differingFacts(one: StoredEntry, other: StoredEntry): readonly (readonly string[])[] {
  const [first, second] = [Object.entries(entryFacts(one)), Object.entries(entryFacts(other))];
  return first.flatMap(([name, value], index) => {
    const [left = '-', right = '-'] = [value, second[index]?.[1]].map((each) =>
      typeof each === 'string' ? each : JSON.stringify(each),
    );
    return left === right ? [] : [[name, left, right]];
  });
}

function pathsText(title: string, paths: readonly string[] | undefined): string {
  if (paths === undefined) {
    return `${title} cannot be compared: an entry was stored without explain: true.`;
  }
  if (paths.length === 0) return `${title} are the same.`;
  return `${title} differ at:\n  ${paths.map(visibleText).join('\n  ')}`;
}

const COLUMNS = [{ title: '' }, { title: 'ONE', width: 32 }, { title: 'OTHER', width: 32 }];

export const diff = defineCommand({
  name: 'diff',
  summary: 'Show where two entries differ.',
  positionals: ['<key>', '<other>'],
  notes:
    'The command shows the names of the fields that differ, and no text of a request or an answer.',
  async run({ session, positionals: [one = '', other = ''] }) {
    const { output } = session;
    await withCache(session, 'must-exist', async ({ cache }) => {
      const [first, second] = [await findEntry(cache, one), await findEntry(cache, other)];
      const facts = differingFacts(first, second);
      const [left, right] = [first.header.fields, second.header.fields];
      const request = left && right ? differingFields(left, right) : undefined;
      const answer = differingPaths(first, second);
      const fact = { facts: facts.map(([name]) => name), request, answer };
      await output.print(fact, () =>
        [
          formatTable(output, COLUMNS, facts),
          pathsText('Requests', request),
          pathsText('Answers', answer),
        ].join('\n'),
      );
    });
    return undefined;
  },
});
