import { pause } from '@cached-llm/core/store';
import { faultKind } from './driver/index.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import { fileAt } from './own-file.ts';
import { identityOf, QuarantinedFileError, quarantine } from './quarantine.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';
import { explained } from './unusable-file.ts';

export interface OpenFile extends OpenDatabase {
  /** Says which file it is, because a path may come to name another file. */
  readonly identity: string | undefined;
}

const ignore = (): void => {};

/**
 * The file that a path names at this moment. It is opened at the first use, and again if that failed, if another file has taken its
 * place, or if an obstacle may be gone. If it was damaged, it is set aside and opened again.
 */
export class SqliteFile {
  readonly #settings: SqliteSettings;
  readonly #checkInterval: number;
  readonly #listeners: ((error: QuarantinedFileError) => void)[] = [];
  #opening: Promise<OpenFile> | undefined;
  #opened: OpenFile | undefined;
  #hindered: OpenFile | undefined;
  #damaged: OpenFile | undefined;
  #checkAt = 0;

  /** @param checkInterval milliseconds between two looks at the path */
  constructor(settings: SqliteSettings, checkInterval: number) {
    this.#settings = settings;
    // A database in memory would be lost with its connection.
    this.#checkInterval = settings.path === ':memory:' ? Number.POSITIVE_INFINITY : checkInterval;
  }

  onQuarantine(listener: (error: QuarantinedFileError) => void): void {
    this.#listeners.push(listener);
  }

  /** The file that was opened last. */
  get opened(): OpenFile | undefined {
    return this.#opened;
  }

  open(): Promise<OpenFile> {
    const before = this.#opening;
    if (before !== undefined && performance.now() < this.#checkAt) return before;
    return this.#begin(this.#check(before));
  }

  /** Is the file that was opened last the one that the path names now? If not, the next operation opens that one. */
  async isStillInPlace(): Promise<boolean> {
    const file = this.#opened;
    const isInMemory = this.#checkInterval === Number.POSITIVE_INFINITY;
    if (file === undefined || isInMemory || (await this.#isInPlace(file))) return true;
    if (this.#opened === file && this.#checkAt !== Number.POSITIVE_INFINITY) this.#checkAt = 0;
    return false;
  }

  /** Returns the file to ask after an operation on `file` failed, or nothing if asking again is no use. */
  insteadOf(file: OpenFile, error: unknown): Promise<OpenFile> | undefined {
    const kind = faultKind(error);
    if (kind === 'obstacle') this.#hindered = file;
    // A file that is only read is not set aside: the process that writes to it does that.
    if (kind !== 'damage' || !this.#settings.create) return undefined;
    // Of many operations that fail together, the first one replaces the file.
    return file === this.#damaged ? this.open() : this.#begin(this.#replace(file, error));
  }

  /** The error, with what to do where the rights of the file forbid what was asked. */
  explained(error: unknown, marks: { readonly isPermanent?: true } = {}): Promise<unknown> {
    return explained(this.#settings.path, error, marks);
  }

  async close(): Promise<void> {
    const file = await this.#opening?.catch(ignore);
    await file?.close();
  }

  #begin(opening: Promise<OpenFile>): Promise<OpenFile> {
    this.#checkAt = Number.POSITIVE_INFINITY;
    const explaining = opening.catch(async (error) => {
      throw await this.explained(error, { isPermanent: true });
    });
    this.#opening = explaining.finally(() => {
      this.#checkAt = performance.now() + this.#checkInterval;
    });
    return this.#opening;
  }

  async #check(before: Promise<OpenFile> | undefined): Promise<OpenFile> {
    const file = await before?.catch(ignore);
    if (file === undefined) return this.#openSound();
    const isInPlace = await this.#isInPlace(file);
    if (isInPlace && file.isWhole && file !== this.#hindered) return file;
    try {
      const fresh = await this.#openSound();
      file.close().catch(ignore);
      return fresh;
    } catch (error) {
      // Perhaps the old connection can still read. A file that was moved away is not the store's any more.
      if (isInPlace) return file;
      throw error;
    }
  }

  async #replace(file: OpenFile, error: unknown): Promise<OpenFile> {
    this.#damaged = file;
    const current = await this.#opening?.catch(ignore);
    // A check that was under way may have found another file already.
    if (current !== undefined && current !== file) return current;
    // Closed while it still has its name, so that SQLite writes its log into it.
    await file.close().catch(ignore);
    await this.#setAside(file.identity, error);
    return this.#openSound();
  }

  async #openSound(): Promise<OpenFile> {
    const identity = await identityOf(this.#settings.path);
    try {
      return await this.#openAsItIs();
    } catch (error) {
      if (faultKind(error) !== 'damage' || !this.#settings.create) throw error;
      await this.#setAside(identity, error);
      return this.#openAsItIs();
    }
  }

  async #openAsItIs(): Promise<OpenFile> {
    const path = await fileAt(this.#settings.path);
    const opened = await openDatabase({ ...this.#settings, path });
    this.#opened = { ...opened, identity: await identityOf(this.#settings.path) };
    return this.#opened;
  }

  /** True if the path still names the file, or if that cannot be found out. */
  async #isInPlace({ identity }: OpenFile): Promise<boolean> {
    return (await identityOf(this.#settings.path).catch(() => identity)) === identity;
  }

  async #setAside(identity: string | undefined, cause: unknown): Promise<void> {
    const path = await fileAt(this.#settings.path);
    const renamed = identity && (await quarantine(path, identity).catch(ignore));
    if (!renamed) return this.#waitForOther(identity);
    const error = new QuarantinedFileError(path, renamed, { cause });
    for (const listener of this.#listeners) listener(error);
  }

  /** Another process is renaming the file, unless it may not be renamed. */
  async #waitForOther(identity: string | undefined): Promise<void> {
    for (let attempts = 50; attempts > 0; attempts -= 1) {
      const current = await identityOf(this.#settings.path).catch(ignore);
      if (current !== identity) return;
      await pause(10);
    }
  }
}
