import { fieldDigests, nearestEntry } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import { text } from '../command-line/options.ts';
import { headerFlag } from '../input/headers.ts';
import { withCache } from '../store/open.ts';
import { Failure } from '../terminal/exit.ts';
import { askedIdentity } from './asked-identity.ts';
import { explanationText } from './explanation.ts';

const NOTES =
  'The file holds { "provider", "operation", "request", … } as cache.keyOf takes it. With --url it holds the body of a post, and --adapter names who reads it (openai, anthropic, …). Where the nearest entry differs is known of entries that are stored with explain: true.';

export const explain = verb({
  name: 'explain',
  summary: 'Say why a request is a hit or a miss.',
  words: ['<file>'],
  flags: {
    url: text('<url>', 'where the body is posted to'),
    adapter: text('<name>', 'who reads it (default with --url: whatever API)'),
    header: headerFlag,
    scope: text('<scope>', 'whose answer it is'),
  },
  notes: NOTES,
  async run({ session, words: [path = '-'], given }) {
    const { host, output } = session;
    await withCache(session, 'look', async ({ cache }) => {
      const identity = await askedIdentity(path, given, { host, cache });
      const key = cache.keyOf(identity, { scope: given.scope || undefined });
      if (key === undefined)
        throw new Failure('This request has no key: a part of it has no canonical form.');
      const entry = await cache.inspection.entry(key);
      const look = () => cache.inspection.entries({ scope: given.scope ?? '' });
      const nearest = entry === undefined ? await nearestEntry(identity, look()) : undefined;
      const fields = Object.keys(fieldDigests(identity));
      const fact = { key, state: entry?.state ?? 'absent', identity, fields, nearest };
      const explanation = { key, identity, entry, nearest };
      await output.say(fact, () => explanationText(explanation, session));
    });
    return undefined;
  },
});
