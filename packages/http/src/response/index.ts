/**
 * Responses are captured here as payloads or recordings, and built again from them for each caller.
 * Nothing here may decide whether a response is stored, or hand one caller's headers to another.
 * Start reading in `http-codec.ts`.
 */
export { type ByteSource, bytesOrRest, type Parts } from './body-text.ts';
export { buildResponse, OUTCOME_HEADER, traced, webForm } from './build-response.ts';
export { type HttpCodecOptions, httpCodec, isWhole } from './http-codec.ts';
export type {
  Content,
  LiveResponse,
  MadeHead,
  ResponseForm,
} from './response-form.ts';
