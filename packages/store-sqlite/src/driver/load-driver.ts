import type { SqliteDriver, SqliteDriverName } from './sqlite-driver.ts';

const NEWER_NODE = `Node.js 22.13 or newer needs no package; this is ${process.version}.`;
const HOW_TO_BUILD =
  'Let its install script run: `npm rebuild sqlite3 --ignore-scripts=false`, `pnpm add --allow-build=sqlite3 sqlite3`, or `yarn add sqlite3` with `dependenciesMeta.sqlite3.built: true`.';
const HOW_TO_INSTALL =
  'Install them: `npm install @keyv/sqlite sqlite3`, `pnpm add --allow-build=sqlite3 @keyv/sqlite sqlite3`, or `yarn add @keyv/sqlite sqlite3`.';

/** SQLite cannot be loaded, which only a person can correct. */
export class SqliteDriverError extends Error {
  override readonly name = 'SqliteDriverError';
  /** Stable: compare this, and not the message. */
  readonly code = 'SQLITE_DRIVER_MISSING';
  readonly isPermanent = true;
  /** What to do. A log may show it. */
  readonly remedy: string;

  constructor(remedy: string, options?: ErrorOptions) {
    super(remedy, options);
    this.remedy = remedy;
  }
}

/** What is wrong with the packages, from the error that `require` threw. */
function packagesError(cause: unknown): SqliteDriverError {
  const { code = 'it is not built', message = '' } = (cause ?? {}) as NodeJS.ErrnoException; // caught: anything
  const isMissing = code === 'MODULE_NOT_FOUND' && /'(@keyv\/sqlite|sqlite3)'/.test(message);
  const what = isMissing
    ? `The packages @keyv/sqlite and sqlite3 are not installed. ${HOW_TO_INSTALL}`
    : `The addon of the package sqlite3 cannot be loaded (${code}). ${HOW_TO_BUILD}`;
  return new SqliteDriverError(`${what} ${NEWER_NODE}`, { cause });
}

async function loadPackages(): Promise<SqliteDriver> {
  const { loadAddonDriver } = await import('./addon-driver.ts');
  return loadAddonDriver().catch((error) => {
    throw packagesError(error);
  });
}

async function loadModule(): Promise<SqliteDriver | undefined> {
  return (await import('./node-driver.ts')).loadNodeDriver();
}

/**
 * The driver that was asked for; else `sqlite3` where its addon can be loaded, else the module of Node.js.
 * @throws {SqliteDriverError} if it cannot be loaded
 */
export async function loadDriver(name: SqliteDriverName | undefined): Promise<SqliteDriver> {
  if (name === 'sqlite3') return loadPackages();
  if (name === undefined) {
    return loadPackages().catch(async (error) => {
      const driver = await loadModule();
      if (driver === undefined) throw error;
      return driver;
    });
  }
  const driver = await loadModule();
  if (driver === undefined) throw new SqliteDriverError(`There is no node:sqlite. ${NEWER_NODE}`);
  return driver;
}
