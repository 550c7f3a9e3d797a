import { LlmCacheError } from '@cached-llm/core';
import type { AdapterCase } from './adapter-case.ts';
import type { AdapterUnderTest, DoorUnderTest } from './adapter-under-test.ts';

const NO_CLIENTS = { nothing: undefined, null: null, 'a text': 'a client', 'an object': {} };

function refusalOf({ open, remedy }: DoorUnderTest, stranger: unknown): unknown {
  try {
    open(stranger as never); // no type keeps it out in JavaScript
    return 'let in';
  } catch (error) {
    const isRefused = error instanceof LlmCacheError && error.code === 'WRONG_CLIENT';
    return isRefused && error.message.includes(remedy) ? 'refused' : error;
  }
}

export function doorCases<Request>({ door }: AdapterUnderTest<Request>): AdapterCase[] {
  if (door === undefined) return [];
  const strangers = Object.entries({ ...NO_CLIENTS, ...door.strangers });
  return strangers.map(([name, stranger]) => ({
    name: `is refused to ${name} at once, with what to write`,
    only: 'plain',
    async run({ expect }) {
      expect(refusalOf(door, stranger)).toEqual('refused');
    },
  }));
}
