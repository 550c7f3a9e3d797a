import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { failureText, sqlitePackage } from '../store/index.ts';
import { type Finding, fine, problem } from './finding.ts';

const DRIVERS = ['sqlite3', 'node:sqlite'] as const;

/** Which driver SQLite has here. It is asked in memory, so that no file is touched. */
export async function checkDriver(): Promise<readonly Finding[]> {
  const { openStore } = await sqlitePackage();
  const failures: string[] = [];
  for (const driver of DRIVERS) {
    const store = openStore('sqlite::memory:', { driver });
    try {
      await store.get('cached-llm:probe');
      return [fine('driver', `The driver of SQLite is ${driver}.`)];
    } catch (error) {
      failures.push(failureText(error));
    } finally {
      await store.disconnect();
    }
  }
  const found = 'SQLite has no driver: neither the addon sqlite3 nor node:sqlite can be loaded.';
  return [problem('driver', found, failures[0] ?? '')];
}

const may = (path: string, mode: number) =>
  access(path, mode).then(
    () => true,
    () => false,
  );

/** What keeps a SQLite file from being used. It is empty where nothing does. */
export async function checkFile(path: string): Promise<readonly Finding[]> {
  const [status, folder] = [await stat(path).catch(() => undefined), dirname(path)];
  if (status === undefined) {
    const remedy = 'Run your program once. If it has run, it uses another store: name that one.';
    return [problem('store', `There is no file ${path}.`, remedy)];
  }
  if (status.size === 0) {
    const remedy = 'Run your program once, and let it call cache.close() at its end.';
    return [problem('store', `${path} is empty: nothing was ever stored in it.`, remedy)];
  }
  if (!(await may(path, constants.R_OK))) {
    const remedy = 'Let it read and write the file, or name another one.';
    return [problem('store', `This user may not read ${path}.`, remedy)];
  }
  const places = [path, folder];
  for (const place of places) {
    if (await may(place, constants.W_OK)) continue;
    const found = `This user may not write to ${place}, so that no answer is stored.`;
    const remedy = `Let it: chmod u+w ${place}, or chown it. SQLite writes to the folder, too.`;
    return [problem('store', found, remedy)];
  }
  return [];
}
