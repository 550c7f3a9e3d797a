import type { Store } from '../../src/store.ts';
import type { Gate } from '../flight/gate.ts';
import { closedGate } from '../flight/gate.ts';

/** Rows in a Map, behind two gates that a test opens. The states of tags and keys are written at once. */
export class SlowStore implements Store {
  readonly rows = new Map<string, string>();
  reading: Gate = closedGate();
  writing: Gate = closedGate();

  async get(key: string): Promise<string | undefined> {
    const found = this.rows.get(key); // read now, so that a later write does not change it
    await this.reading.opened;
    return found;
  }

  async set(key: string, value: string): Promise<boolean> {
    if (!key.includes(':tag:')) await this.writing.opened;
    this.rows.set(key, value);
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.rows.delete(key);
  }

  open(): void {
    this.reading.open();
    this.writing.open();
  }
}
