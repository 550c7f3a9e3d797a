import { verb } from '../command-line/command.ts';
import { toggle } from '../command-line/options.ts';
import { withCache } from '../store/open.ts';
import { confirm } from '../terminal/confirm.ts';
import { EXIT, Failure } from '../terminal/exit.ts';

export const clear = verb({
  name: 'clear',
  summary: 'Remove every entry of the namespace.',
  flags: { yes: toggle('without asking') },
  async run({ session, given }) {
    const { host, globals, output } = session;
    return withCache(session, 'look', async ({ cache, url }) => {
      const whose = globals.namespace ?? host.environment.CACHED_LLM_NAMESPACE ?? 'cached-llm';
      const question = `Remove every entry of ${whose} in ${url}?`;
      if (given.yes !== true && !(await confirm(host, question))) return EXIT.failed;
      if (!(await cache.clear())) throw new Failure('Not every entry could be removed.');
      await output.say({ cleared: whose }, () => `Every entry of ${whose} is gone.`);
      return EXIT.ok;
    });
  },
});
