import { differingFields, type StoredEntry } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import { entryFacts } from '../store/facts.ts';
import { foundEntry } from '../store/find.ts';
import { withCache } from '../store/open.ts';
import { payloadValue } from '../store/payload-value.ts';
import { tableText } from '../terminal/table.ts';
import { jsonDifferences } from './json-differences.ts';

/** What two entries say of themselves, where it is not the same. */
function factsApart(one: StoredEntry, other: StoredEntry): readonly (readonly string[])[] {
  const [first, second] = [Object.entries(entryFacts(one)), Object.entries(entryFacts(other))];
  return first.flatMap(([name, value], index) => {
    const [left = '-', right = '-'] = [value, second[index]?.[1]].map((each) =>
      typeof each === 'string' ? each : JSON.stringify(each),
    );
    return left === right ? [] : [[name, left, right]];
  });
}

const listed = (title: string, fields: readonly string[] | undefined) => {
  if (fields === undefined) return `${title}: not kept; store entries with explain: true.`;
  return fields.length === 0
    ? `${title}: the same.`
    : `${title} differ at:\n  ${fields.join('\n  ')}`;
};

export const diff = verb({
  name: 'diff',
  summary: 'Show where two entries differ.',
  words: ['<key>', '<other>'],
  notes: 'Only names of fields are shown, never what they hold; see show --reveal.',
  async run({ session: { output, ...session }, words: [one = '', other = ''] }) {
    await withCache({ output, ...session }, 'look', async ({ cache }) => {
      const [first, second] = [await foundEntry(cache, one), await foundEntry(cache, other)];
      const facts = factsApart(first, second);
      const [left, right] = [first.header.fields, second.header.fields];
      const request = left && right ? differingFields(left, right) : undefined;
      const answer = jsonDifferences(payloadValue(first.payload), payloadValue(second.payload));
      await output.say({ facts: facts.map(([name]) => name), request, answer }, () => {
        const columns = [{ title: '' }, { title: 'ONE', width: 32 }, { title: 'OTHER', width: 32 }];
        return [
          tableText(output, columns, facts),
          listed('Requests', request),
          listed('Answers', answer),
        ].join('\n');
      });
    });
    return undefined;
  },
});
