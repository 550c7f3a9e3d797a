/**
 * The half of an adapter that several providers share: chunks, embeddings and client errors.
 * Nothing here may know one provider by name, or read a request of HTTP.
 * Start reading in `embeddings.ts`.
 */
export { assembleChoices, mergeDelta } from './chat-chunks.ts';
export { derivedClient } from './derived-client.ts';
export { listedEmbeddings, rejectListedEmbeddings } from './embeddings.ts';
export { type ExpectedClient, requireClientVersion, wrongClient } from './wrong-client.ts';
