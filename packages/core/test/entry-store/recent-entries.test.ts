import { describe, expect, test } from '@jest/globals';
import { Payload } from '../../src/adapter.ts';
import { RecentEntries } from '../../src/entry-store/entry-reader.ts';

const ROOM = 16 * 1024 * 1024;
const header = {
  fingerprint: 'f',
  scope: '',
  storedAt: 0,
  freshUntil: 1,
  staleUntil: 1,
  fallbackUntil: 1,
  kind: 'response',
  provider: 'p',
} as const;
const entry = { header, payload: new Payload('1'), tags: [], generationNames: [] };
const row = 'r'.repeat(100_000);
const enough = Math.floor(ROOM / row.length);

/** Reads `count` rows one after the other. Returns how many of them were found. */
function readAll(recent: RecentEntries, count: number, name = 'row'): number {
  let found = 0;
  for (let index = 0; index < count; index += 1) {
    if (recent.get(`${name} ${index}`, row) === undefined)
      recent.add(`${name} ${index}`, row, entry);
    else found += 1;
  }
  return found;
}

describe('entries that were read recently', () => {
  test('are found by their key and their row', () => {
    const recent = new RecentEntries();
    recent.add('a', 'row', entry);
    expect(recent.get('a', 'row')).toBe(entry);
    expect(recent.get('a', 'other')).toBeUndefined();
    expect(recent.get('a', undefined)).toBeUndefined();
    expect(recent.get('b', 'row')).toBeUndefined();
  });

  test('are all held up to a number of characters', () => {
    const recent = new RecentEntries();
    readAll(recent, enough);
    expect(readAll(recent, enough)).toBe(enough);
  });

  test('mostly stay where a loop reads more of them than there is room for', () => {
    const recent = new RecentEntries();
    const tooMany = Math.ceil(enough * 1.25);
    for (let turn = 0; turn < 20; turn += 1) readAll(recent, tooMany);
    expect(readAll(recent, tooMany)).toBeGreaterThan(tooMany / 2);
  });

  test('are replaced by the entries that are read now', () => {
    const recent = new RecentEntries();
    readAll(recent, enough, 'old');
    for (let turn = 0; turn < 20; turn += 1) readAll(recent, 20, 'new');
    expect(readAll(recent, 20, 'new')).toBe(20);
    expect(recent.get('old 0', row)).toBeUndefined();
  });

  test('replace the entry that was read under the same key', () => {
    const recent = new RecentEntries();
    for (let time = 0; time < 2 * enough; time += 1) recent.add('same', row, entry);
    readAll(recent, enough - 1);
    expect(recent.get('same', row)).toBe(entry);
    expect(readAll(recent, enough - 1)).toBe(enough - 1);
  });

  test('are not held where their row is large', () => {
    const recent = new RecentEntries();
    const large = 'r'.repeat(300_000);
    recent.add('large', large, entry);
    expect(recent.get('large', large)).toBeUndefined();
  });
});
