import type { StoredEntry } from '@cached-llm/core/store';
import { NameTable } from './name-table.ts';

/** For how many entries there is room at first, and by how much the room grows. */
const FIRST_ROOM = 1_024;
const GROWTH = 1.5;

const STREAM = 1;
const INVALIDATED = 2;
const REMOVED = 4;

type Numbers = Float64Array | Uint32Array | Uint8Array;

function grown<Column extends Numbers>(column: Column, room: number): Column {
  const larger = new (column.constructor as new (length: number) => Column)(room); // of the same class
  larger.set(column);
  return larger;
}

/**
 * What is known of entries without their answers, one column for each fact: a million entries take about 200 MB, where
 * objects would take three times as much.
 */
export class EntryColumns {
  readonly keys: string[] = [];
  readonly providers = new NameTable();
  readonly models = new NameTable();
  readonly servedModels = new NameTable();
  readonly scopes = new NameTable();
  readonly tags = new NameTable();
  /** Entries with the same tags share one list. */
  readonly tagLists: (readonly string[])[] = [];
  readonly #tagListIds = new Map<string, number>();
  provider = new Uint32Array(FIRST_ROOM);
  model = new Uint32Array(FIRST_ROOM);
  servedModel = new Uint32Array(FIRST_ROOM);
  scope = new Uint32Array(FIRST_ROOM);
  tagList = new Uint32Array(FIRST_ROOM);
  bytes = new Uint32Array(FIRST_ROOM);
  flags = new Uint8Array(FIRST_ROOM);
  storedAt = new Float64Array(FIRST_ROOM);
  freshUntil = new Float64Array(FIRST_ROOM);
  staleUntil = new Float64Array(FIRST_ROOM);
  fallbackUntil = new Float64Array(FIRST_ROOM);
  #removed = 0;

  /** With those that were removed. */
  get length(): number {
    return this.keys.length;
  }

  /** Without those that were removed. */
  get count(): number {
    return this.keys.length - this.#removed;
  }

  add(entry: StoredEntry): void {
    const at = this.keys.length;
    if (at === this.flags.length) this.#grow();
    this.keys.push(entry.key);
    this.set(at, entry);
  }

  /** Replaces what is known of the entry at this place. */
  set(at: number, { bytes, state, header }: StoredEntry): void {
    if (this.isRemoved(at)) this.#removed -= 1;
    this.provider[at] = this.providers.add(header.provider);
    this.model[at] = this.models.add(header.model);
    this.servedModel[at] = this.servedModels.add(header.served?.model);
    this.scope[at] = this.scopes.add(header.scope);
    this.tagList[at] = this.#addTags(header.tags ?? []);
    this.bytes[at] = bytes;
    this.storedAt[at] = header.storedAt;
    this.freshUntil[at] = header.freshUntil;
    this.staleUntil[at] = header.staleUntil;
    this.fallbackUntil[at] = header.fallbackUntil;
    const kind = header.kind === 'stream' ? STREAM : 0;
    this.flags[at] = kind + (state === 'invalidated' ? INVALIDATED : 0);
  }

  /** The entry at this place is not in the store any more. */
  remove(at: number): void {
    if (this.isRemoved(at)) return;
    this.flags[at] = REMOVED;
    this.#removed += 1;
  }

  isRemoved(at: number): boolean {
    return ((this.flags[at] ?? 0) & REMOVED) !== 0;
  }

  isInvalidated(at: number): boolean {
    return ((this.flags[at] ?? 0) & INVALIDATED) !== 0;
  }

  isStream(at: number): boolean {
    return ((this.flags[at] ?? 0) & STREAM) !== 0;
  }

  tagsOf(at: number): readonly string[] {
    return this.tagLists[this.tagList[at] ?? 0] ?? [];
  }

  #addTags(tags: readonly string[]): number {
    const text = JSON.stringify(tags); // a tag may hold any character
    const known = this.#tagListIds.get(text);
    if (known !== undefined) return known;
    for (const tag of tags) this.tags.add(tag);
    const id = this.tagLists.push(tags) - 1;
    this.#tagListIds.set(text, id);
    return id;
  }

  #grow(): void {
    const room = Math.ceil(this.flags.length * GROWTH);
    this.provider = grown(this.provider, room);
    this.model = grown(this.model, room);
    this.servedModel = grown(this.servedModel, room);
    this.scope = grown(this.scope, room);
    this.tagList = grown(this.tagList, room);
    this.bytes = grown(this.bytes, room);
    this.flags = grown(this.flags, room);
    this.storedAt = grown(this.storedAt, room);
    this.freshUntil = grown(this.freshUntil, room);
    this.staleUntil = grown(this.staleUntil, room);
    this.fallbackUntil = grown(this.fallbackUntil, room);
  }
}
