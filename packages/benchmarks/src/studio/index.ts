// Here the page of the studio is opened in Chromium over large stores, and what a user waits for is measured.
// Nothing here calls a provider, and no store is left behind.
// Start reading in studio.ts.
export { studio } from './studio.ts';
