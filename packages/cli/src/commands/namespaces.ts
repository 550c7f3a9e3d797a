import { defineCommand } from '../command-line/index.ts';
import { namespacesIn, withCache } from '../store/index.ts';
import { formatBytes, formatCount, formatTable, jsonLine } from '../terminal/index.ts';

export const namespaces = defineCommand({
  name: 'namespaces',
  summary: 'List the namespaces that have entries.',
  notes:
    'A namespace separates the entries of one application from those of others in the same store. The largest comes first.',
  async run({ session }) {
    const { host, output } = session;
    await withCache(session, 'must-exist', async ({ store }) => {
      const found = await namespacesIn(store, host.signal);
      if (output.isJson) {
        for (const each of found) await output.write(`${jsonLine(each)}\n`);
        return;
      }
      const right = { align: 'right' } as const;
      const columns = [
        { title: 'NAMESPACE' },
        { title: 'ENTRIES', ...right },
        { title: 'SIZE', ...right },
      ];
      const rows = found.map(({ namespace, entries, bytes }) => {
        return [namespace, formatCount(entries), formatBytes(bytes)];
      });
      const text =
        rows.length === 0 ? 'No entries in any namespace.' : formatTable(output, columns, rows);
      await output.write(`${text}\n`);
    });
    return undefined;
  },
});
