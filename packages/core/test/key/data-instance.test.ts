import { describe, expect, test } from '@jest/globals';
import { cachedLlmCall } from '../../src/index.ts';
import { isDataInstance } from '../../src/key/index.ts';
import { settled, startTrial } from '../trial.ts';

class Question {
  text: string;
  language?: string | undefined;
  constructor(text: string, language?: string) {
    this.text = text;
    this.language = language;
  }
}

class Detailed extends Question {
  details = { depth: 1 };
}

/** As a compiler for an older ECMAScript writes classes. */
function define_property(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, writable: true });
}
const hidden = new WeakMap<object, string>();

const MADE: readonly (readonly [string, object])[] = [
  ['of a class of fields', new Question('why')],
  ['of a subclass', new Detailed('why')],
  [
    'of a compiled class',
    new (class Compiled {
      constructor() {
        define_property(this, 'text', 'why');
      }
    })(),
  ],
  [
    'with a static member',
    new (class Described {
      static describe() {
        return { text: String };
      }
      text = 'why';
    })(),
  ],
];

/** Whoever gets one of these may read more than its fields. */
const KEEPS_MORE: readonly (readonly [string, object])[] = [
  [
    'a private name',
    new (class Private {
      readonly #secret = 1;
      text = 'why';
      static secretOf(one: Private) {
        return one.#secret;
      }
    })(),
  ],
  [
    'a compiled private name',
    new (class CompiledPrivate {
      text = 'why';
      constructor() {
        hidden.set(this, 'secret');
      }
    })(),
  ],
  [
    'a method',
    new (class Asking {
      text = 'why';
      ask() {
        return this.text;
      }
    })(),
  ],
  [
    'an inherited method',
    new (class extends Map {
      text = 'why';
    })(),
  ],
  [
    'a getter',
    new (class Reading {
      text = 'why';
      get now() {
        return Date.now();
      }
    })(),
  ],
  [
    'a getter of its own',
    Object.defineProperty(new Question('why'), 'now', { get: Date.now, enumerable: true }),
  ],
  ['a field that is not shown', Object.defineProperty(new Question('why'), 'now', { value: 1 })],
  ['a symbol', Object.assign(new Question('why'), { [Symbol('now')]: 1 })],
  ['a Proxy', new Proxy(new Question('why'), {})],
  ['no field', new (class Empty {})()],
  [
    'a prototype without a class',
    Object.assign(Object.create(Object.create(null)), { text: 'why' }),
  ],
];

describe('an instance of fields alone', () => {
  test.each(MADE)('%s is one', (_what, instance) => {
    expect(isDataInstance(instance)).toBe(true);
  });

  test.each(KEEPS_MORE)('is none with %s', (_what, instance) => {
    expect(isDataInstance(instance)).toBe(false);
  });

  test('is in the key by its class and its fields', () => {
    const ask = cachedLlmCall(async (_question: unknown) => 'x', { cache: startTrial().cache });
    const key = ask.keyOf(new Question('why', 'en'));
    expect(key).toEqual(expect.any(String));
    expect(ask.keyOf(Object.assign(new Question('why'), { language: 'en' }))).toBe(key);
    expect(ask.keyOf({ list: [new Question('why')] })).toEqual(expect.any(String));
    const others = [
      new Question('how', 'en'),
      new Question('why'),
      { text: 'why', language: 'en' },
      Object.assign(new Detailed('why', 'en')),
      [new Question('why', 'en')],
    ];
    expect(new Set([key, ...others.map((other) => ask.keyOf(other))]).size).toBe(6);
    const cycle = new Question('why');
    Object.assign(cycle, { language: cycle });
    expect(ask.keyOf(cycle)).toBeUndefined();
  });

  test('reaches the function as it was when it was asked, and as one of its class', async () => {
    const { cache } = startTrial({ store: new Map() });
    const asked: unknown[] = [];
    const ask = cachedLlmCall(
      async function ask(question: Question, { nested }: { nested: readonly Question[] }) {
        asked.push(question instanceof Question, nested[0] instanceof Question);
        return question.text + nested[0]?.text;
      },
      { cache, provider: 'mine' },
    );
    const [question, nested] = [new Question('why'), new Question('how')];
    const answer = ask(question, { nested: [nested] });
    question.text = 'changed';
    nested.text = 'changed';
    expect(await answer).toBe('whyhow');
    expect(asked).toEqual([true, true]);
    await settled();
    const again = await ask.withInfo(new Question('why'), { nested: [new Question('how')] });
    expect([again.info.outcome, again.response]).toEqual(['hit', 'whyhow']);
  });

  test('is the same object for the function where a `key` says what counts', async () => {
    const ask = cachedLlmCall(
      async (_text: string, { question }: { question: Question }) => {
        question.language = 'en';
        return 'x';
      },
      { cache: startTrial().cache, key: (text: string) => ({ text }) },
    );
    const question = new Question('why');
    await ask('why', { question });
    expect(question.language).toBe('en');
  });

  test('keeps no signal of its caller in the key', async () => {
    const { cache, story } = startTrial();
    class Options {
      text = 'why';
      signal = new AbortController().signal;
    }
    const ask = cachedLlmCall(async ({ signal }: Options) => ({ aborted: signal.aborted }), {
      cache,
      provider: 'mine',
    });
    for (const _call of [1, 2]) {
      expect(await ask(new Options())).toEqual({ aborted: false });
      await settled();
    }
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });
});
