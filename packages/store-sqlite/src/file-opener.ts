import { faultKind } from './fault-kind.ts';
import { identityOf } from './file-identity.ts';
import { type OpenDatabase, openDatabase } from './open-database.ts';
import { quarantine } from './quarantine.ts';
import { QuarantinedFileError } from './quarantined-file-error.ts';
import type { SqliteSettings } from './sqlite-store-options.ts';

export interface OpenFile extends OpenDatabase {
  /** Which file it is; a path may come to name another. */
  readonly identity: string | undefined;
}

/** Opens the file at a path, and sets it aside first where it is damaged. */
export class FileOpener {
  readonly #settings: SqliteSettings;
  readonly #listeners: ((error: QuarantinedFileError) => void)[] = [];

  constructor(settings: SqliteSettings) {
    this.#settings = settings;
  }

  onQuarantine(listener: (error: QuarantinedFileError) => void): void {
    this.#listeners.push(listener);
  }

  async open(): Promise<OpenFile> {
    const identity = await identityOf(this.#settings.path);
    try {
      return await this.#openAsItIs();
    } catch (error) {
      if (faultKind(error) !== 'damage') throw error;
      await this.#setAside(identity, error);
      return this.#openAsItIs();
    }
  }

  /** One to use instead of `file`, which is damaged. */
  async replace(file: OpenFile, cause: unknown): Promise<OpenFile> {
    // While it still has its name, so that its log is taken into it.
    await file.close().catch(() => {});
    await this.#setAside(file.identity, cause);
    return this.open();
  }

  /** Is it still the one that its path names, as far as can be said? */
  async isInPlace({ identity }: OpenFile): Promise<boolean> {
    return (await identityOf(this.#settings.path).catch(() => identity)) === identity;
  }

  async #openAsItIs(): Promise<OpenFile> {
    const opened = await openDatabase(this.#settings);
    return { ...opened, identity: await identityOf(this.#settings.path) };
  }

  async #setAside(identity: string | undefined, cause: unknown): Promise<void> {
    const { path } = this.#settings;
    const name = identity && (await quarantine(path, identity).catch(() => undefined));
    if (!name) return; // another process was first, or it may not be renamed
    const error = new QuarantinedFileError(path, name, { cause });
    for (const listener of this.#listeners) listener(error);
  }
}
