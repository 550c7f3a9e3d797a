import { defineCommand } from '../command-line/index.ts';
import { endLike, runProxied } from './proxied-command.ts';
import { noRequest, printReport, reportOption } from './report.ts';
import { savedFacts, savedText } from './saved.ts';
import { readTtl, settingsOf, storingOptions } from './settings.ts';
import { openStoredAnswers } from './stored-answers.ts';

export const run = defineCommand({
  name: 'run',
  summary: 'Run a command whose repeated LLM calls come from the cache.',
  positionals: ['<command...>'],
  takesCommand: true,
  options: { ...storingOptions, report: reportOption },
  notes:
    'Write two dashes before the command, as in `cached-llm run -- python eval.py`. The command gets the variables from which clients of any language read their base URL, and they lead to a proxy on a free port. It is a program and its arguments, which no shell reads. Signals are passed on to it, and its exit code is passed on to you. At the end, stderr says what was saved.',
  async run({ session: given, positionals: words, options }) {
    const { session, upstreams, file } = await settingsOf(given, options);
    const ttl = options.ttl ?? readTtl(file);
    const { cache } = await openStoredAnswers(session, { ttl });
    try {
      const { ended, requests } = await runProxied({ words, cache, upstreams }, session.host);
      const facts = savedFacts(cache.stats());
      const text = requests === 0 ? noRequest('nothing was stored or saved') : savedText(facts);
      const code = endLike(ended, session.host);
      await printReport(session, { facts: { ...facts, code }, text }, options.report);
      return code;
    } finally {
      await cache.close();
    }
  },
});
