/**
 * Responses are captured here as payloads or recordings, and built again from them for each caller.
 * Nothing here may decide whether a response is stored, or hand one caller's headers to another.
 * Start reading in `http-codec.ts`.
 */
export { bytesOrRest } from './body-text.ts';
export { buildResponse, liveHeaders, OUTCOME_HEADER, traced } from './build-response.ts';
export { httpCodec, isWhole } from './http-codec.ts';
