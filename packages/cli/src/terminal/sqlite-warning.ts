type Warn = typeof process.emitWarning;

/** What Node.js 22 says when it loads `node:sqlite`. */
const isOfSqlite = (warning: string | Error, type: unknown) =>
  type === 'ExperimentalWarning' && String(warning).startsWith('SQLite ');

/**
 * Keeps the warning of Node.js 22 about `node:sqlite` from the terminal: nobody who runs this program can do anything about
 * it. The store is tested with each version of Node.js. Every other warning is shown.
 */
export function hideSqliteWarning(): void {
  const emit = process.emitWarning.bind(process) as (...given: unknown[]) => void; // it has several forms
  const filtered = (warning: string | Error, ...rest: unknown[]) => {
    const [given] = rest;
    const type =
      typeof given === 'object' && given !== null && 'type' in given ? given.type : given;
    if (!isOfSqlite(warning, type)) emit(warning, ...rest);
  };
  process.emitWarning = filtered as Warn; // likewise
}
