import { chmod, lstat, mkdir, open, readlink, realpath, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pause } from '@cached-llm/core/store';
import { faultKind, type Query } from './driver/index.ts';
import { withFileLock } from './file-lock.ts';
import { TABLE } from './schema.ts';
import { UnusableFileError, unusable, unusableBy } from './unusable-file.ts';

/** In the header of each file that this store makes: "cLLM". SQLite leaves the number to the application. */
export const APPLICATION_ID = 0x634c_4c4d;
const HEADER = 'SQLite format 3\0';
const APPLICATION_ID_PLACE = 68;
/** How the table stands in the schema of a file: type, name and table of a record, without anything between them. */
const TABLE_RECORD = ['table', TABLE, TABLE].join('');
/** Bytes in which the schema of a file of this store lies. */
const SCHEMA_BYTES = 65_536;
/** Bytes. SQLite takes a file of a few bytes for an empty one, and writes over it. */
const SMALLEST_DATABASE = 512;
/** How a log and its index begin. The last bit of the first is the order of bytes in its sums. */
const LOG_MARK = 0x377f_0682;
const INDEX_MARK = 3_007_000;
const PRIVATE = 0o600;
const FOR_OWNER = 0o700;
const FOR_OTHERS = 0o077;
/** How often, and after how many milliseconds, a file is looked for that another process is making. */
const ATTEMPTS = 50;
const ATTEMPT_PAUSE = 10;

const isMissing = ({ code }: NodeJS.ErrnoException) => code === 'ENOENT' || code === 'ENOTDIR';

async function statusOf(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

/** The file that a link leads to, which may be missing. */
async function targetOf(path: string): Promise<string> {
  return realpath(path).catch(async () => resolve(dirname(path), await readlink(path)));
}

/**
 * The file that a path names. A link is followed only to a file of the link's owner, because in a shared folder
 * anybody can make a link to a file of this user.
 * @throws {UnusableFileError}
 */
export async function fileAt(path: string): Promise<string> {
  const status = await statusOf(path);
  if (status?.isSymbolicLink() !== true) return path;
  const target = await targetOf(path);
  const owner = (await statusOf(target))?.uid ?? process.geteuid?.();
  if (owner === undefined || owner === status.uid) return target;
  throw unusable('NOT_A_STORE_FILE', `${path} is a link to a file of another owner.`);
}

async function startOf(path: string): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SCHEMA_BYTES), 0, SCHEMA_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/**
 * Was a damaged file made by this store? It has SQLite's header and the number of this store, or of nobody; where the header is
 * damaged, too, the schema has the record of the table. It is read only when SQLite cannot: to close a file that SQLite
 * uses would release the locks of this process.
 */
async function wasOurs(path: string): Promise<boolean> {
  const start = await startOf(path);
  if (start.includes(TABLE_RECORD)) return true;
  if (!start.subarray(0, HEADER.length).equals(Buffer.from(HEADER))) return false;
  const id = start.length < 100 ? 0 : start.readUInt32BE(APPLICATION_ID_PLACE);
  return id === APPLICATION_ID || id === 0;
}

/** Does a file begin like the log of a database, or like the index of its log? SQLite writes both in either order of bytes. */
function isLog(start: Buffer): boolean {
  if (start.length < 4) return start.length === 0;
  const number = start.readUInt32BE(0);
  return number >>> 1 === LOG_MARK >>> 1 || [number, start.readUInt32LE(0)].includes(INDEX_MARK);
}

/**
 * Removes the log of a file that was removed without it. A new file would share the index of that log with the processes that still
 * use the removed file. All of them would read what is in neither.
 */
async function removeLog(path: string): Promise<void> {
  for (const log of [`${path}-wal`, `${path}-shm`]) {
    if ((await statusOf(log)) === undefined) continue;
    if (!isLog(await startOf(log)))
      throw unusable('NOT_A_STORE_FILE', `${log} is no log of SQLite.`);
    await rm(log, { force: true });
  }
}

async function makeNewFile(path: string): Promise<void> {
  await withFileLock(path, async () => {
    if ((await statusOf(path)) !== undefined) return; // another process was first
    await removeLog(path);
    await (await open(path, 'wx', PRIVATE)).close();
  });
}

async function isMade(path: string): Promise<boolean> {
  await makeNewFile(path);
  return (await statusOf(path)) !== undefined;
}

/** One folder after the other: `mkdir` of Node.js with `recursive` never ends where a file system takes no folders, such as /proc. */
async function makeFolder(path: string): Promise<void> {
  const isThere = async () => (await stat(path).catch(() => undefined)) !== undefined;
  if (await isThere()) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (!(await isThere())) throw error; // else another process made it
  }
}

async function createFile(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await makeFolder(folder);
    for (let attempts = ATTEMPTS; attempts > 0 && !(await isMade(path)); attempts -= 1) {
      await pause(ATTEMPT_PAUSE); // another process is making it
    }
  } catch (cause) {
    throw unusableBy(cause, `${path} cannot be made`, `Let this user write to ${folder}`);
  }
}

/**
 * Makes a file that only its owner may read, with its folders, where there is none: it holds no prompts, but it holds answers.
 * @throws {UnusableFileError}
 */
export async function ensureFile({
  path,
  create,
}: {
  path: string;
  create: boolean;
}): Promise<void> {
  const status = await statusOf(path);
  if (status?.isDirectory()) throw unusable('EISDIR', `${path} is a folder.`);
  if (status?.isFile() === false) throw unusable('NOT_A_STORE_FILE', `${path} is no regular file.`);
  const isShort = status !== undefined && status.size > 0 && status.size < SMALLEST_DATABASE;
  if (isShort && !(await wasOurs(path)))
    throw unusable('NOT_A_STORE_FILE', `${path} is no database.`);
  if (status !== undefined) return;
  if (!create) throw new UnusableFileError('ENOENT', `There is no file ${path}.`);
  await createFile(path);
}

interface Schema {
  readonly id: number;
  readonly tables: number;
  readonly columns: number;
}

const NOT_SQLITE: Schema = { id: -1, tables: 0, columns: 0 };

const SCHEMA_OF_FILE = `SELECT (SELECT application_id FROM pragma_application_id) AS id,
  (SELECT count(*) FROM sqlite_schema WHERE type = 'table') AS tables,
  (SELECT count(*) FROM pragma_table_info('${TABLE}') WHERE name IN ('key', 'value')) AS columns`;

async function schemaOf(path: string, read: Query): Promise<Schema | undefined> {
  try {
    const [schema] = await read<Schema>(SCHEMA_OF_FILE);
    return schema;
  } catch (error) {
    if (faultKind(error) !== 'damage' || (await wasOurs(path))) throw error;
    return undefined;
  }
}

/** A file that cannot be written at this moment can be read without the mark. */
async function mark(write: Query): Promise<void> {
  await write(`PRAGMA application_id = ${APPLICATION_ID}`).catch((error) => {
    if (!['obstacle', 'full'].includes(faultKind(error))) throw error;
  });
}

/** Lets only its owner read a file of the store, with its log. SQLite gives a new log the rights of its file. */
async function closeToOthers(path: string): Promise<void> {
  for (const part of [path, `${path}-wal`, `${path}-shm`]) {
    const { mode = 0, uid } = (await statusOf(part)) ?? {};
    if ((mode & FOR_OTHERS) === 0 || uid !== process.geteuid?.()) continue;
    await chmod(part, mode & FOR_OWNER).catch(() => {}); // it may be gone
  }
}

/**
 * Accepts a file that has this store's mark or table, and marks a new one, before its log is on: the mark is in the file then.
 * What a user made by hand, or with other rights, is private from then on, unless it is only read, or has others' tables.
 * @throws {UnusableFileError} for the file of another program, which nothing is written to
 */
export async function claimFile(
  { path, create }: { path: string; create: boolean },
  { read, write }: { read: Query; write: Query },
): Promise<void> {
  const { id, tables, columns } = (await schemaOf(path, read)) ?? NOT_SQLITE;
  const isOurs = id === APPLICATION_ID || columns === 2;
  if (!isOurs && (tables > 0 || id !== 0)) {
    throw unusable('NOT_A_STORE_FILE', `${path} is a file of another program.`);
  }
  if (create && (id === APPLICATION_ID || tables === 0)) await closeToOthers(path);
  if (id === 0) await mark(write);
}

/** Lets only its owner read a file that was renamed. */
export async function makePrivate(path: string): Promise<void> {
  await chmod(path, PRIVATE).catch(() => {}); // it may be another user's
}
