import { verb } from '../command-line/command.ts';
import { VERSION } from '../command-line/version.ts';
import { EXIT } from '../terminal/exit.ts';
import { tableText } from '../terminal/table.ts';
import { healthChecks, healthFlags } from './health-checks.ts';

export const health = verb({
  name: 'health',
  summary: 'Check the store, and the limits you set.',
  notes:
    'Writes, reads and removes a row, and looks for entries from the future. Exit 1 where something is bad.',
  flags: healthFlags,
  async run({ session, given }) {
    const { output } = session;
    const found = await healthChecks(session, given);
    const version = {
      name: 'version',
      isWell: true,
      found: `cached-llm ${VERSION}, Node ${process.versions.node}`,
    };
    const checks = [...found, version];
    const isWell = checks.every((check) => check.isWell);
    await output.say({ healthy: isWell, checks }, () => {
      const { green, red } = output.colors;
      const rows = checks.map((check) => [
        check.isWell ? green('✓') : red('✗'),
        check.name,
        check.found,
      ]);
      return tableText(output, [{ title: '' }, { title: '' }, { title: '' }], rows);
    });
    return isWell ? EXIT.ok : EXIT.failed;
  },
});
