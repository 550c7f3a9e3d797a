import {
  type BatchRules,
  type Fields,
  fieldsOf,
  isFields,
  listOf,
  shareOut,
} from '@cached-llm/core';

const countOf = (value: unknown) => (typeof value === 'number' ? value : 0);

/** Where a method keeps its texts, its vectors, and what it counts of all texts together. */
interface Shape {
  readonly items: 'requests' | 'instances';
  readonly vectors: 'embeddings' | 'predictions';
  readonly total: readonly ['usageMetadata' | 'metadata', string];
}

const GEMINI: Shape = {
  items: 'requests',
  vectors: 'embeddings',
  total: ['usageMetadata', 'promptTokenCount'],
};
const VERTEX: Shape = {
  items: 'instances',
  vectors: 'predictions',
  total: ['metadata', 'billableCharacterCount'],
};

const shapeOf = (message: Fields) =>
  GEMINI.items in message || GEMINI.vectors in message ? GEMINI : VERTEX;

const totalIn = (response: Fields, { total: [field, name] }: Shape) =>
  countOf(fieldsOf(response[field])[name]);

/** Left out where the provider does not count. */
function withTotal(response: Fields, { total: [field, name] }: Shape, count: number): Fields {
  const counts = response[field];
  return isFields(counts) ? { ...response, [field]: { ...counts, [name]: count } } : response;
}

/** Instances that are texts: `predict` makes pictures, too. */
function instancesIn({ instances }: Fields): readonly unknown[] | undefined {
  const isText = (instance: unknown) => typeof fieldsOf(instance).content === 'string';
  return Array.isArray(instances) && instances.every(isText) ? instances : undefined;
}

/** A batch of texts is taken apart, so that a text is embedded once in whatever company it comes. */
export const batch: BatchRules = {
  itemsOf(request, { pathname }) {
    if (pathname.endsWith(':predict')) return instancesIn(request);
    const { requests } = request;
    const isBatch = pathname.endsWith(':batchEmbedContents') && Array.isArray(requests);
    return isBatch ? requests : undefined;
  },
  ask: (request, items) => ({ ...request, [shapeOf(request).items]: items }),
  split(response, items) {
    const shape = shapeOf(response);
    const vectors = listOf(response[shape.vectors]);
    if (vectors.length !== items.length) return undefined;
    const weights = items.map((item) => JSON.stringify(item).length);
    const counts = shareOut(totalIn(response, shape), weights);
    return vectors.map((vector, place) =>
      withTotal({ ...response, [shape.vectors]: [vector] }, shape, counts[place] ?? 0),
    );
  },
  join(responses) {
    const [first = {}] = responses;
    const shape = shapeOf(first);
    const vectors = responses.flatMap((response) => listOf(response[shape.vectors]));
    const total = responses.reduce((sum, response) => sum + totalIn(response, shape), 0);
    return withTotal({ ...first, [shape.vectors]: vectors }, shape, total);
  },
};
