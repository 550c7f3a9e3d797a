import { seededNumbers } from '@cached-llm/testing';
import { promptSuite, rankOf, type Trace } from './trace.ts';

const CHAT = 2_000;
const VECTOR = 6_144;
const TOOL_RESULT = 100_000;

/** A number from 0 to 1 that belongs to a key and a version of its answer. */
const shareOf = (key: number, version: number) =>
  (Math.imul(key * 31 + version + 1, 0x9e3779b1) >>> 8) / 2 ** 24;

/** Three of five answers are chats, one of four is a vector, the others are results of tools; popular or not. */
function bytesOf(key: number, version = 0): number {
  const share = shareOf(key, version);
  const factor = 0.5 + shareOf(key + 1, version);
  if (share < 0.6) return Math.round(CHAT * factor);
  return share < 0.85 ? VECTOR : Math.round(TOOL_RESULT * factor);
}

interface Request {
  readonly key: number;
  readonly bytes: number;
}

const REQUESTS = 60_000;
const FRESH = 1_000_000;

function made(name: string, requestOf: (index: number, next: () => number) => Request): Trace {
  const next = seededNumbers(name.length);
  const accesses = Array.from({ length: REQUESTS }, (_, index) => {
    const { key, bytes } = requestOf(index, next);
    return { key: `${key}`, bytes };
  });
  return { name, accesses };
}

const sized = (key: number, version = 0) => ({ key, bytes: bytesOf(key, version) });

/** The prompt suite, whose answers have sizes that were made. */
const sizedSuite = () =>
  promptSuite().map(({ accesses }) => ({
    name: 'prompt suite, sized',
    accesses: accesses.map(({ key }) => ({ key, bytes: bytesOf(Number(key)) })),
  }));

/** Traces whose answers have the sizes of chats, vectors and results of tools. */
export const sizedTraces = (): Trace[] => [
  ...sizedSuite(),
  made('popular requests', (_, next) => sized(rankOf(5_000, next()))),
  made('shifting popularity', (index, next) =>
    sized(rankOf(5_000, next()) + Math.floor(index / 30)),
  ),
  made('a loop whose answers change', (index) => {
    const key = index % 1_000;
    return sized(key, Math.floor(index / 1_000 / (5 + (key % 9))));
  }),
  made('one-hit wonders', (index, next) =>
    sized(next() < 0.5 ? FRESH + index : rankOf(3_000, next())),
  ),
  made('chats and scans of vectors', (index, next) =>
    index % 3_000 < 1_500
      ? { key: FRESH + index, bytes: VECTOR }
      : { key: rankOf(2_500, next()), bytes: CHAT },
  ),
  made('popular answers are large', (_, next) => {
    const key = rankOf(3_000, next());
    return { key, bytes: key < 100 ? TOOL_RESULT : CHAT };
  }),
];
