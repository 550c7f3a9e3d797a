// The tests that every adapter has to pass, for authors of adapters. They use the adapter's real SDK over loopback HTTP, plain and
// streamed, in any test runner. No test mocks the SDK, the cache or the network.
// Start reading in adapter-under-test.ts, which an author fills in; each *-cases.ts holds the cases of one idea.
export { adapterConformance } from './adapter-conformance.ts';
export type {
  AdapterCapability,
  AdapterUnderTest,
  ClientPlace,
  ConformanceClient,
  ConformanceWire,
  FunctionsUnderTest,
  PlainCall,
  StreamedCall,
  Variations,
  WrapperUnderTest,
} from './adapter-under-test.ts';
export { reordered } from './request-copy.ts';
