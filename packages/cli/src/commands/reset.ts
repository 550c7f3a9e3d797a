import { visibleText } from '@cached-llm/core/store';
import { defineCommand, flag } from '../command-line/index.ts';
import { namespaceOf, withCache } from '../store/index.ts';
import { confirm, EXIT, Failure } from '../terminal/index.ts';

export const reset = defineCommand({
  name: 'reset',
  summary: 'Set the counts of the namespace to 0.',
  notes:
    'The entries stay. A process that runs meanwhile begins at 0 when it writes its counts next, within 10 s by default.',
  options: { yes: flag('do not ask for confirmation') },
  async run({ session, options: { yes = false } }) {
    const { host, output } = session;
    return withCache(session, 'must-exist', async ({ cache, url }) => {
      const namespace = namespaceOf(session);
      const question = `Set all counts of the namespace ${namespace} in ${url} to 0?`;
      if (!yes && !(await confirm(host, question))) return EXIT.failed;
      if (!(await cache.resetStats())) throw new Failure('The counts could not be set to 0.');
      await output.print({ reset: namespace }, () => {
        return `The counts of the namespace ${visibleText(namespace)} are 0. Its entries stay.`;
      });
      return EXIT.ok;
    });
  },
});
