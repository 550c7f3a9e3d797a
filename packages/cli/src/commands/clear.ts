import { visibleText } from '@cached-llm/core/store';
import { defineCommand, flag } from '../command-line/index.ts';
import { withCache } from '../store/index.ts';
import { confirm, EXIT, Failure } from '../terminal/index.ts';

export const clear = defineCommand({
  name: 'clear',
  summary: 'Remove every entry of the namespace.',
  options: { yes: flag('do not ask for confirmation') },
  async run({ session, options: { yes = false } }) {
    const { host, globals, output } = session;
    return withCache(session, 'must-exist', async ({ cache, url }) => {
      const { CACHED_LLM_NAMESPACE: fromEnvironment = 'cached-llm' } = host.environment;
      const namespace = globals.namespace ?? fromEnvironment;
      const question = `Remove every entry of the namespace ${namespace} in ${url}?`;
      if (!yes && !(await confirm(host, question))) return EXIT.failed;
      if (!(await cache.clear())) throw new Failure('Some entries could not be removed.');
      await output.print({ cleared: namespace }, () => {
        return `Removed every entry of the namespace ${visibleText(namespace)}.`;
      });
      return EXIT.ok;
    });
  },
});
