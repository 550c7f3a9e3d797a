import { type Fields, isFields, isGiven } from '../key/index.ts';
import { servedModelIn } from './admission.ts';

/** Where the embeddings of one provider stand in a response. */
export interface EmbeddingFormat<Response extends Fields = Fields> {
  /** The fields of a response that count for all items together, such as tokens and their cost. */
  readonly counts: readonly string[];
  /** What the response holds for each item, in their order; an empty list where the response is not whole. */
  vectorsOf(response: Response): readonly unknown[];
  /** The same response with these vectors in place of its own. */
  withVectors(response: Response, vectors: readonly unknown[]): Response;
  /** The lists of numbers, or their texts, in what a response holds for one item. @default the vector itself */
  numbersOf?(vector: unknown): readonly unknown[];
  /** The model that answered. @default what `model` says, or a field like it */
  modelOf?(response: Response): unknown;
  /** The share of an item in the counts. @default the length of a text or a list, and 1 for anything else */
  weightOf?(item: unknown): number;
}

const lengthOf = (value: unknown) =>
  typeof value === 'string' || Array.isArray(value) ? value.length : undefined;

const itself = (vector: unknown) => [vector];

const modelIn = (response: Fields) =>
  typeof response.model === 'string' ? response.model : servedModelIn(response)?.model;

const weightOfItem = (item: unknown) => lengthOf(item) ?? 1;

/** `total` in parts by weight, which add up to it: whole numbers where it is one. */
function splitNumber(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const round = Number.isInteger(total) ? Math.round : Number;
  let weighed = 0;
  let given = 0;
  return weights.map((weight) => {
    weighed += weight;
    const upToHere = sum === 0 ? 0 : round((total * weighed) / sum);
    const share = upToHere - given;
    given = upToHere;
    return share;
  });
}

/** A count for each weight: every number in it is split, and all else stays as it is. */
function splitCounts(counts: unknown, weights: readonly number[]): readonly unknown[] {
  if (typeof counts === 'number') return splitNumber(counts, weights);
  if (Array.isArray(counts)) {
    const parts = counts.map((each) => splitCounts(each, weights));
    return weights.map((_weight, place) => parts.map((part) => part[place]));
  }
  if (!isFields(counts)) return weights.map(() => counts);
  const parts = Object.entries(counts).map(
    ([name, each]) => [name, splitCounts(each, weights)] as const,
  );
  return weights.map((_weight, place) =>
    Object.fromEntries(parts.map(([name, part]) => [name, part[place]])),
  );
}

/** The sum of counts: every number in them is added, and all else is taken from the first. */
function sumCounts(counts: readonly unknown[]): unknown {
  const given = counts.filter(isGiven);
  const [first] = given;
  if (typeof first === 'number') {
    const sum = given.reduce<number>((all, each) => all + Number(each), 0);
    return Number(sum.toPrecision(12)); // the parts of a price add up to the price
  }
  const places = (names: readonly (string | number)[]) =>
    names.map((name) => [name, sumCounts(given.map((each) => (each as Fields)[name]))] as const);
  if (Array.isArray(first)) return places([...first.keys()]).map(([, sum]) => sum);
  if (!isFields(first)) return first;
  const names = new Set(given.filter(isFields).flatMap(Object.keys));
  return Object.fromEntries(places([...names]));
}

/** Vectors of two models do not compare: they differ in length, or the responses in the model that they name. */
function areOfOneModel<Response extends Fields>(
  { numbersOf = itself, modelOf = modelIn }: EmbeddingFormat<Response>,
  responses: readonly Response[],
  vectors: readonly unknown[],
): boolean {
  const models = new Set(responses.map(modelOf).filter(isGiven));
  const sizes = vectors.map((vector) => numbersOf(vector).map(lengthOf));
  const [first, ...others] = sizes.filter((size) => !size.includes(0)); // an empty vector is of no model
  const isOneSize = others.every((size) =>
    size.every((length, place) => length === first?.[place]),
  );
  return models.size <= 1 && isOneSize;
}

function countsIn({ counts }: Pick<EmbeddingFormat, 'counts'>, response: Fields): Fields {
  const given = counts.filter((name) => name in response);
  return Object.fromEntries(given.map((name) => [name, response[name]]));
}

function split<Response extends Fields>(
  format: EmbeddingFormat<Response>,
  response: Response,
  items: readonly unknown[],
): readonly Response[] | undefined {
  const { vectorsOf, withVectors, numbersOf = itself, weightOf = weightOfItem } = format;
  const vectors = vectorsOf(response);
  const isMissing = (vector: unknown) => numbersOf(vector).map(lengthOf).includes(undefined);
  if (vectors.length !== items.length || vectors.some(isMissing)) return undefined;
  if (!areOfOneModel(format, [], vectors)) return undefined;
  if (items.length === 1) return [response]; // as it came
  const counts = splitCounts(countsIn(format, response), items.map(weightOf));
  return vectors.map((vector, place) => ({
    ...withVectors(response, [vector]),
    ...(counts[place] as Fields), // the parts of an object are objects
  }));
}

function join<Response extends Fields>(
  format: EmbeddingFormat<Response>,
  responses: readonly Response[],
  asked: readonly Response[],
): Response | undefined {
  const vectors = responses.flatMap(format.vectorsOf);
  const isWhole = vectors.length === responses.length && areOfOneModel(format, responses, vectors);
  const counted = asked.length > 0 ? asked : responses;
  const [first] = counted;
  if (!isWhole || first === undefined) return undefined;
  const joined = format.withVectors(first, vectors);
  if (counted.length === 1) return joined; // its counts are exact
  const counts = sumCounts(counted.map((each) => countsIn(format, each)));
  return { ...joined, ...(counts as Fields) }; // the sum of objects is an object
}

/** Takes embeddings apart and joins them, so that each text is embedded once, in whatever batch it comes. */
export const embeddingParts = <Response extends Fields = Fields>(
  format: EmbeddingFormat<Response>,
) => ({
  split: (response: Response, items: readonly unknown[]) => split(format, response, items),
  join: (responses: readonly Response[], asked: readonly Response[]) =>
    join(format, responses, asked),
});
