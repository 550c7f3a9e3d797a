import { createLlmCache, LlmCacheError, optionsFromEnvironment } from '@cached-llm/core';
import { verb } from '../command-line/command.ts';
import { EXIT } from '../terminal/exit.ts';
import type { Host } from '../terminal/host.ts';
import { tableText } from '../terminal/table.ts';
import { settingsOf } from './settings.ts';

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
