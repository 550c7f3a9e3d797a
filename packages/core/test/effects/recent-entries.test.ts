import { describe, expect, test } from '@jest/globals';
import { RecentEntries, readEntry } from '../../src/effects/recent-entries.ts';

const HALF = 8 * 1024 * 1024;
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
const entry = readEntry({ header, payload: '1' });
const row = 'r'.repeat(100_000);
const enough = Math.ceil(HALF / row.length);

function fill(recent: RecentEntries, name: string): void {
  for (let index = 0; index < enough; index += 1) recent.add(`${name}${index}`, row, entry);
}

describe('entries that were just read', () => {
  test('are known by their key and their row', () => {
    const recent = new RecentEntries();
    recent.add('a', 'row', entry);
    expect(recent.get('a', 'row')).toBe(entry);
    expect(recent.get('a', 'other')).toBeUndefined();
    expect(recent.get('a', undefined)).toBeUndefined();
    expect(recent.get('b', 'row')).toBeUndefined();
  });

  test('are forgotten when twice so many characters came after them', () => {
    const recent = new RecentEntries();
    recent.add('first', row, entry);
    fill(recent, 'a');
    fill(recent, 'b');
    expect(recent.get('first', row)).toBeUndefined();
    expect(recent.get(`b${enough - 1}`, row)).toBe(entry);
  });

  test('stay as long as they are used', () => {
    const recent = new RecentEntries();
    recent.add('used', row, entry);
    for (const name of ['a', 'b', 'c', 'd']) {
      fill(recent, name);
      expect(recent.get('used', row)).toBe(entry);
    }
  });

  test('are not kept where one alone is large', () => {
    const recent = new RecentEntries();
    const large = 'r'.repeat(300_000);
    recent.add('large', large, entry);
    expect(recent.get('large', large)).toBeUndefined();
  });
});
