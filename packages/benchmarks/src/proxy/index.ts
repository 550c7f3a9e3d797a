// The proxy beside a bare server, another proxy that caches and a plain reverse proxy: hits, first bytes, and many streams.
// Each server has its own process, so that none shares a core with what measures it; no figure counts an answer that was not expected.
// Start reading in hits.ts; servers.ts starts the contenders, and upstream-child.ts is their provider.

export { proxyMiss } from './first-byte.ts';
export { proxyHits } from './hits.ts';
export { proxyStreams } from './streams.ts';
