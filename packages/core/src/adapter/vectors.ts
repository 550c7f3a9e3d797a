import type { Rejection } from '../options/index.ts';

/** What a request says of the vectors that it asks for. */
export interface ExpectedVectors {
  /** How many vectors there are. @default any number but 0 */
  readonly count?: number | undefined;
  /** How many numbers each vector has, as the request says it. @default unknown */
  readonly dimensions?: unknown;
  /** How the numbers are written: `float`, `int8`, `uint8`, `binary`, `ubinary`. @default `float` */
  readonly type?: unknown;
}

/** Types that write eight dimensions into one number, and types of one byte a dimension. */
const PACKED = /^u?(binary|bit)$/i;
const BYTES = /^u?int8$/i;

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** The numbers of a base64 text: floats of 32 bits in the order of x86 (little endian), or bytes. */
function numbersIn(text: string, type: unknown): Float32Array | Uint8Array | undefined {
  if (!BASE64.test(text)) return undefined;
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (PACKED.test(String(type)) || BYTES.test(String(type))) return bytes;
  if (bytes.length % 4 === 0) return new Float32Array(bytes.buffer);
  return type === 'base64' ? bytes : undefined; // Cohere does not say of what type they are
}

/** How many numbers a vector has. Undefined for what is no vector: one of zeros alone has no direction. */
function lengthOf(vector: unknown, type: unknown): number | undefined {
  const numbers = typeof vector === 'string' ? numbersIn(vector, type) : vector;
  const isList = Array.isArray(numbers) || ArrayBuffer.isView(numbers);
  if (!isList) return undefined;
  const all = Array.from(numbers as ArrayLike<unknown>); // checked in the line above
  // Of bytes that are no floats it is not known what a zero means.
  const mayBeZero = type === 'base64' && numbers instanceof Uint8Array && all.length > 0;
  const isVector = mayBeZero || (all.every(Number.isFinite) && all.some((number) => number !== 0));
  return isVector ? all.length : undefined;
}

function hasDimensions(length: number, { dimensions, type }: ExpectedVectors): boolean {
  if (typeof dimensions !== 'number' || length === dimensions) return true;
  return PACKED.test(String(type)) && length === Math.ceil(dimensions / 8);
}

/** Why vectors are not stored: each must be a list of finite numbers or base64 of one, all as long as was asked for. */
export function rejectVectors(
  vectors: readonly unknown[],
  expected: ExpectedVectors = {},
): Rejection | undefined {
  const { count = vectors.length, type } = expected;
  const [first, ...others] = vectors.map((vector) => lengthOf(vector, type));
  if (first === undefined || vectors.length !== count) return 'incomplete';
  const isWhole = others.every((length) => length === first) && hasDimensions(first, expected);
  return isWhole ? undefined : 'incomplete';
}

/** One document in the answer of a reranking model. */
export interface RankedDocument {
  /** The place of the document in the request, from 0. */
  readonly index: unknown;
  readonly score: unknown;
}

/** How many documents a request ranks, and how many of them it wants back. */
export interface ExpectedRanking {
  readonly count: number;
  /** @default all */
  readonly top?: unknown;
}

/** Why a ranking is not stored: it must name as many documents as were asked for, each once and with a score. */
export function rejectRanking(
  ranking: readonly RankedDocument[],
  { count, top }: ExpectedRanking,
): Rejection | undefined {
  if (ranking.length === 0) return 'empty';
  const wanted = typeof top === 'number' && top > 0 ? Math.min(top, count) : count;
  const places = new Set(ranking.map(({ index }) => index));
  const isPlace = (place: unknown) =>
    Number.isInteger(place) && Number(place) >= 0 && Number(place) < count;
  const isWhole = ranking.length === wanted && places.size === wanted && [...places].every(isPlace);
  return isWhole && ranking.every(({ score }) => Number.isFinite(score)) ? undefined : 'incomplete';
}
