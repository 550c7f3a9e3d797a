import { deleteExpired, deleteOldest } from './eviction.ts';
import { faultKind } from './fault-kind.ts';
import type { Query } from './sqlite-connection.ts';

/** Bytes that a row may need beside its value: pages of the tree, of the indexes, and of the schema. */
const OVERHEAD = 32 * 4096;
/** One eviction makes room for more than one row, so that not every write of a full file fails first. */
const SHARE = 1 / 128;

const ROOM = `SELECT (max_page_count - page_count + freelist_count) * page_size AS bytes
  FROM pragma_max_page_count, pragma_page_count, pragma_freelist_count, pragma_page_size`;

/** Makes room in a full file: expired rows go first, and where the file is bounded, the least recently used. */
export class Room {
  readonly #maxBytes: number | undefined;

  constructor(maxBytes: number | undefined) {
    this.#maxBytes = maxBytes;
  }

  /** Could a value of so many bytes ever be kept? */
  canHold(bytes: number): boolean {
    return this.#maxBytes === undefined || bytes + OVERHEAD <= this.#maxBytes;
  }

  /** Writes `bytes` through `write`; tries again for as long as rows can go. */
  async writeInto(query: Query, bytes: number, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (faultKind(error) !== 'full' || !(await this.#make(query, bytes))) throw error;
      await this.writeInto(query, bytes, write);
    }
  }

  async #make(query: Query, bytes: number): Promise<boolean> {
    if ((await deleteExpired(query)).rows > 0) return true;
    if (this.#maxBytes === undefined || !(await this.#isUsedUp(query, bytes))) return false;
    const wanted = Math.max(bytes, this.#maxBytes * SHARE);
    let freed = 0;
    for (let rows = 1; rows > 0 && freed < wanted; ) {
      const deleted = await deleteOldest(query, wanted - freed);
      rows = deleted.rows;
      freed += deleted.bytes;
    }
    return freed > 0;
  }

  /** Is it the bound, and not the disk? Rows that the disk has no room for need not go. */
  async #isUsedUp(query: Query, bytes: number): Promise<boolean> {
    const [room] = await query<{ bytes: number }>(ROOM);
    return room !== undefined && room.bytes < bytes + OVERHEAD;
  }
}
