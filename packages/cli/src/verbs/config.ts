import { createLlmCache, LlmCacheError, optionsFromEnvironment } from '@cached-llm/core';
import { EXIT } from '../failure.ts';
import type { Host } from '../host.ts';
import { settingsOf } from '../settings.ts';
import { tableText } from '../table.ts';
import { verb } from '../verb.ts';

/** What a cache would say of this environment. */
async function complaint({ environment }: Host): Promise<string | undefined> {
  try {
    await createLlmCache({ ...optionsFromEnvironment(environment), store: 'memory:' }).close();
    return undefined;
  } catch (error) {
    if (error instanceof LlmCacheError) return error.message;
    throw error;
  }
}

export const config = verb({
  name: 'config',
  summary: 'Show the settings, and who set them.',
  notes: 'Passwords and secrets stay hidden.',
  async run({ session: { host, globals, output } }) {
    const settings = settingsOf(host, globals);
    const problem = await complaint(host);
    const fact = {
      settings: settings.map(({ shown, ...rest }) => ({ ...rest, value: shown })),
      problem,
    };
    await output.say(fact, () => {
      const columns = ['SETTING', 'VALUE', 'FROM'].map((title) => ({ title }));
      const rows = settings.map(({ name, shown, from }) => [name, shown, from]);
      const table = tableText(output, columns, rows);
      return problem === undefined ? table : `${table}\n${output.colors.red(problem)}`;
    });
    return problem === undefined ? EXIT.ok : EXIT.failed;
  },
});
