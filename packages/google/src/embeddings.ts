import {
  type BatchRules,
  embeddingParts,
  type Fields,
  fieldsOf,
  isGiven,
  listOf,
  type Rejection,
  rejectVectors,
} from '@cached-llm/core/adapter';
import { settingsOf } from './identity.ts';

/** Where a method has its texts and its vectors: `batchEmbedContents`, and `predict` on Vertex AI. */
const GEMINI = { items: 'requests', vectors: 'embeddings' } as const;
const VERTEX = { items: 'instances', vectors: 'predictions' } as const;

const formatOf = (message: Fields) =>
  GEMINI.items in message || GEMINI.vectors in message ? GEMINI : VERTEX;

/** Instances that are texts: `predict` makes pictures, too. */
function instancesIn({ instances }: Fields): readonly unknown[] | undefined {
  const isText = (instance: unknown) => typeof fieldsOf(instance).content === 'string';
  return Array.isArray(instances) && instances.every(isText) ? instances : undefined;
}

/** The numbers of a vector: in `values`, which Vertex AI nests once more. */
function valuesOf(item: unknown): unknown {
  const { values, embeddings } = fieldsOf(item);
  return values ?? fieldsOf(embeddings).values;
}

/** A batch of texts is taken apart, so that each text is embedded once, in whatever batch it comes. */
export const batch: BatchRules = {
  itemsOf(request, { pathname }) {
    if (pathname.endsWith(':predict')) return instancesIn(request);
    const { requests } = request;
    const isBatch = pathname.endsWith(':batchEmbedContents') && Array.isArray(requests);
    return isBatch ? requests : undefined;
  },
  ask: (request, items) => ({ ...request, [formatOf(request).items]: items }),
  ...embeddingParts({
    weightOf: (item) => JSON.stringify(item).length,
    counts: ['usageMetadata', 'metadata'],
    vectorsOf: (response) => listOf(response[formatOf(response).vectors]),
    numbersOf: (item) => [valuesOf(item)],
    modelOf: ({ modelVersion, deployedModelId, modelVersionId }) =>
      modelVersion ?? deployedModelId ?? modelVersionId,
    withVectors: (response, vectors) => ({ ...response, [formatOf(response).vectors]: vectors }),
  }),
};

/** The dimensions that a request names, in each of the places where the APIs and the SDK have them. */
function dimensionsIn(request: unknown): readonly unknown[] {
  const { requests, parameters, embedContentConfig, ...one } = settingsOf(request);
  const places = [one, parameters, embedContentConfig, ...listOf(requests)];
  return places.map((place) => fieldsOf(place).outputDimensionality).filter(isGiven);
}

/** Why vectors are not stored. `embedContent` embeds one text, and has one `embedding`. */
export function rejectEmbeddings(response: Fields, request: unknown): Rejection | undefined {
  const { embedding, embeddings, predictions } = response;
  const { requests, instances } = fieldsOf(request);
  const texts = requests ?? instances;
  const items = isGiven(embedding) ? [embedding] : listOf(embeddings ?? predictions);
  const count = Array.isArray(texts) ? texts.length : undefined;
  const [dimensions] = dimensionsIn(request);
  return rejectVectors(items.map(valuesOf), { count, dimensions });
}
