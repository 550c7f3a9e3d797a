/**
 * The half of an adapter that several providers share: admission, chunks, embeddings and client errors.
 * Nothing here may know one provider by name, or read a request of HTTP.
 * Start reading in `admission.ts`.
 */
export {
  type AdmissionRules,
  admission,
  isSilent,
  offersTool,
  rejectChoices,
} from './admission.ts';
export { assembleChoices, mergeDelta } from './chat-chunks.ts';
export {
  type EmbeddingFormat,
  embeddingBatch,
  hasEachEmbedding,
  listedEmbeddings,
} from './embeddings.ts';
export { type ExpectedClient, wrongClient } from './wrong-client.ts';
