/**
 * Here requests are let in, and answered with a file of the page or with JSON.
 * No request may be answered whose Host, Origin or token is wrong, and no file may be read but the page's own.
 * Start reading in `serve.ts`.
 */

export { type Answer, type ApiRequest, HttpProblem } from './answer.ts';
export { readAssets } from './assets.ts';
export { newToken } from './gate.ts';
export { serve } from './serve.ts';
