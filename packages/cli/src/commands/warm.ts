import type { LlmCache } from '@cached-llm/core';
import { cachedFetch } from '@cached-llm/http';
import { verb } from '../command-line/command.ts';
import type { Session } from '../command-line/session.ts';
import { namedAdapter } from '../input/adapter.ts';
import { countLines, numberedLines } from '../input/lines.ts';
import { withCache } from '../store/open.ts';
import { EXIT } from '../terminal/exit.ts';
import { shownThings } from '../terminal/format.ts';
import { withProgress } from '../terminal/progress.ts';
import { warmFlags, warmPlace } from './warm-flags.ts';
import { Warmer } from './warmer.ts';

const NOTES =
  "A line is the body of a request, or a line of a batch file of OpenAI's. What is stored already is not asked again: run it once more to go on. The key of the API is read from OPENAI_API_KEY.";

interface Work {
  readonly cache: LlmCache;
  readonly warmer: Warmer;
  readonly path: string;
  readonly concurrency: number;
}

async function askAll({ host }: Session, work: Work): Promise<void> {
  const { cache, warmer, path, concurrency } = work;
  cache.on('not-admitted', ({ reason }) => warmer.notKept(reason));
  const options = { label: 'asked', total: await countLines(path, host) };
  await withProgress(host, options, (bar) =>
    cache.warm(numberedLines(path, host), (line) => warmer.ask(line), {
      concurrency,
      signal: host.signal,
      onProgress: () => bar.advance(),
    }),
  );
}

export const warm = verb({
  name: 'warm',
  summary: 'Ask the requests of a file beforehand.',
  words: ['<file>'],
  flags: warmFlags,
  notes: NOTES,
  async run({ session, words: [path = '-'], given }) {
    const { host, output } = session;
    const { concurrency = 4, ttl, tag: tags, adapter: name = 'openai' } = given;
    const place = warmPlace(given, host);
    const adapter = await namedAdapter(name);
    return withCache(session, 'fill', async ({ cache }) => {
      const warmer = new Warmer(cachedFetch({ cache, adapter, ttl, tags }), place, host.signal);
      await askAll(session, { cache, warmer, path, concurrency });
      for (const line of warmer.failures) host.stderr.write(`${line}\n`);
      const { asked, known, failed, unkept } = warmer.count;
      await output.say(warmer.count, () => {
        const others = [`stored before: ${known}`, `failed: ${failed}`, `not kept: ${unkept}`];
        return `Asked ${shownThings(asked, 'request')}; ${others.join(', ')}.`;
      });
      return failed === 0 ? EXIT.ok : EXIT.failed;
    });
  },
});
