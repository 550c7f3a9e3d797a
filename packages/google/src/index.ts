/**
 * The client of the `@google/genai` package, cached, and the adapter that describes Gemini's format.
 * Nothing here may add a time limit to a request, or leave a stream running that nobody reads.
 * Start reading in `google.ts`.
 */
export { type CachedGoogleOptions, cachedGoogle, google } from './google.ts';
