import { faultKind } from './fault-kind.ts';
import type { FileOpener, OpenFile } from './file-opener.ts';

const ignore = (): void => {};

/**
 * The file at a path, as it is now: opened at the first use, again where that failed, where another file has
 * taken its place, where what stood in the way may be gone, and where it was damaged.
 */
export class SqliteFile {
  readonly #opener: FileOpener;
  readonly #pause: number;
  #opening: Promise<OpenFile> | undefined;
  #hindered: OpenFile | undefined;
  #damaged: OpenFile | undefined;
  #lookAgainAt = 0;

  /** @param pause milliseconds between two looks */
  constructor(opener: FileOpener, pause: number) {
    this.#opener = opener;
    this.#pause = pause;
  }

  open(): Promise<OpenFile> {
    const before = this.#opening;
    if (before !== undefined && performance.now() < this.#lookAgainAt) return before;
    return this.#begin(this.#look(before));
  }

  /** What to ask after an operation on `file` failed; nothing where asking again is no use. */
  insteadOf(file: OpenFile, error: unknown): Promise<OpenFile> | undefined {
    const kind = faultKind(error);
    if (kind === 'obstacle') this.#hindered = file;
    if (kind !== 'damage') return undefined;
    // Of many operations that fail together, the first one has it replaced.
    return file === this.#damaged ? this.open() : this.#begin(this.#replace(file, error));
  }

  async close(): Promise<void> {
    const file = await this.#opening?.catch(ignore);
    await file?.close();
  }

  #begin(opening: Promise<OpenFile>): Promise<OpenFile> {
    this.#lookAgainAt = Number.POSITIVE_INFINITY;
    this.#opening = opening.finally(() => {
      this.#lookAgainAt = performance.now() + this.#pause;
    });
    return this.#opening;
  }

  async #look(before: Promise<OpenFile> | undefined): Promise<OpenFile> {
    const file = await before?.catch(ignore);
    if (file === undefined) return this.#opener.open();
    const isInPlace = await this.#opener.isInPlace(file);
    if (isInPlace && file.isWhole && file !== this.#hindered) return file;
    try {
      const fresh = await this.#opener.open();
      file.close().catch(ignore);
      return fresh;
    } catch (error) {
      // Perhaps it can still be read. One that was moved is not ours any more.
      if (isInPlace) return file;
      throw error;
    }
  }

  async #replace(file: OpenFile, error: unknown): Promise<OpenFile> {
    this.#damaged = file;
    const current = await this.#opening?.catch(ignore);
    // A look that was under way may have found another by itself.
    return current === undefined || current === file ? this.#opener.replace(file, error) : current;
  }
}
