import { type Fields, fieldsOf, isFields, listOf } from '@cached-llm/core/adapter';
import { embeddingBatch } from '@cached-llm/http';

/** Where a method has its texts, its vectors, and its count for all texts together. */
interface MethodFormat {
  readonly items: 'requests' | 'instances';
  readonly vectors: 'embeddings' | 'predictions';
  readonly total: readonly ['usageMetadata' | 'metadata', string];
}

const GEMINI: MethodFormat = {
  items: 'requests',
  vectors: 'embeddings',
  total: ['usageMetadata', 'promptTokenCount'],
};
const VERTEX: MethodFormat = {
  items: 'instances',
  vectors: 'predictions',
  total: ['metadata', 'billableCharacterCount'],
};

const formatOf = (message: Fields) =>
  GEMINI.items in message || GEMINI.vectors in message ? GEMINI : VERTEX;

/** Instances that are texts: `predict` makes pictures, too. */
function instancesIn({ instances }: Fields): readonly unknown[] | undefined {
  const isText = (instance: unknown) => typeof fieldsOf(instance).content === 'string';
  return Array.isArray(instances) && instances.every(isText) ? instances : undefined;
}

/** A batch of texts is taken apart, so that each text is embedded once, in whatever batch it comes. */
export const batch = embeddingBatch({
  itemsOf(request, { pathname }) {
    if (pathname.endsWith(':predict')) return instancesIn(request);
    const { requests } = request;
    const isBatch = pathname.endsWith(':batchEmbedContents') && Array.isArray(requests);
    return isBatch ? requests : undefined;
  },
  ask: (request, items) => ({ ...request, [formatOf(request).items]: items }),
  weightOf: (item) => JSON.stringify(item).length,
  vectorsOf: (response) => listOf(response[formatOf(response).vectors]),
  countsOf(response) {
    const [field, name] = formatOf(response).total;
    const total = fieldsOf(response[field])[name];
    return { total: typeof total === 'number' ? total : 0 };
  },
  withVectors(response, vectors, { total }) {
    const format = formatOf(response);
    const [field, name] = format.total;
    const counts = response[field]; // where the provider does not count, no count is added
    const counted = isFields(counts) && { [field]: { ...counts, [name]: total } };
    return { ...response, [format.vectors]: vectors, ...counted };
  },
});
