/**
 * The half of an adapter that several providers share: chunks, embeddings, admission and client errors.
 * Nothing here may know one provider by name, or read a request of HTTP.
 * Start reading in `admission.ts`.
 */
export { assembleChoices, mergeDelta } from './chat-chunks.ts';
export { listedEmbeddings } from './embeddings.ts';
