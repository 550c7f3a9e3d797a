import { randomUUID } from 'node:crypto';
import { readEntryText } from '../entry/entry-text.ts';
import { type Marker, readMarker, staleSince } from '../invalidation/tags.ts';
import type { Rows } from '../store/rows.ts';
import type { EntryWriter, Written } from './entry-writer.ts';
import type { Vaults } from './vaults.ts';

export interface KeySteeringParts {
  readonly rows: Rows;
  readonly vaults: Vaults;
  readonly writer: EntryWriter;
}

/**
 * Takes one entry out of use. An older secret may keep it under a key that this one does not tell: then a
 * marker takes the entry's place, and is heard by whoever looks for it under both.
 */
export class KeySteering {
  readonly #parts: KeySteeringParts;

  constructor(parts: KeySteeringParts) {
    this.#parts = parts;
  }

  /** The entry under `key` answers nobody from now on. False when the store could not be told. */
  async invalidate(key: string): Promise<boolean> {
    const { vaults, writer } = this.#parts;
    if (!vaults.areMany) return writer.remove(key);
    const isTold = await this.#post(key, { generation: randomUUID() });
    return (await this.#removeOlder(key)) && isTold;
  }

  /** The entry under `key` is stale from `now` on. False when the store could not be told. */
  async expire(key: string, now: number): Promise<boolean> {
    const { rows, vaults, writer } = this.#parts;
    const [row] = (await rows.read([key])) ?? [null];
    if (row === null) return false;
    const text = row === undefined ? undefined : await vaults.newest.unpack(key, row);
    const entry = text === undefined ? undefined : readEntryText(text);
    if (entry !== undefined) {
      const header = staleSince(entry.header, Math.min(now, entry.header.freshUntil));
      return typeof (await writer.write(key, { ...entry, header })) === 'number';
    }
    const said = row === undefined ? { generation: '' } : readMarker(text);
    if (!vaults.areMany || said === undefined) return true;
    return this.#post(key, { ...said, expiredAt: now });
  }

  /** What older secrets keep is of yesterday then, and would come to light when the newer entry's time is over. */
  supersede(key: string, writing: Promise<Written>): Promise<Written> {
    if (!this.#parts.vaults.areMany) return writing;
    return writing.then(async (written) => {
      if (typeof written === 'number') await this.#removeOlder(key);
      return written;
    });
  }

  /** As far as this process met the request. */
  async #removeOlder(key: string): Promise<boolean> {
    const { rows, vaults } = this.#parts;
    const removals = vaults.olderKeys(key).map((older) => rows.remove(older));
    return (await Promise.all(removals)).every((isTold) => isTold);
  }

  #post(key: string, marker: Marker): Promise<boolean> {
    return this.#parts.writer.post(key, JSON.stringify(marker));
  }
}
