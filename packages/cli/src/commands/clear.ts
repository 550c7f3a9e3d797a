import { visibleText } from '@cached-llm/core/store';
import { defineCommand, flag } from '../command-line/index.ts';
import { namespaceOf, withCache } from '../store/index.ts';
import { confirm, EXIT, Failure } from '../terminal/index.ts';

export const clear = defineCommand({
  name: 'clear',
  summary: 'Remove every entry of the namespace.',
  options: {
    stats: flag('set the counts of the namespace to 0 too, as reset does'),
    yes: flag('do not ask for confirmation'),
  },
  async run({ session, options: { stats = false, yes = false } }) {
    const { host, output } = session;
    return withCache(session, 'must-exist', async ({ cache, url }) => {
      const namespace = namespaceOf(session);
      const also = stats ? ', and set its counts to 0' : '';
      const question = `Remove every entry of the namespace ${namespace} in ${url}${also}?`;
      if (!yes && !(await confirm(host, question))) return EXIT.failed;
      if (!(await cache.clear())) throw new Failure('Some entries could not be removed.');
      if (stats && !(await cache.resetStats())) {
        throw new Failure('The entries are removed, but the counts could not be set to 0.');
      }
      await output.print({ cleared: namespace, stats }, () => {
        const counts = stats ? ' Its counts are 0.' : '';
        return `Removed every entry of the namespace ${visibleText(namespace)}.${counts}`;
      });
      return EXIT.ok;
    });
  },
});

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
