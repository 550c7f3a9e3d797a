// Small things that a test has around it: a clock that it moves, a folder and a port of its own, a wait, a list of events.
// They know no provider, no store and no test runner, and they leave nothing behind on the machine.
// Start reading in manual-clock.ts; event-log.ts records the events of a cache.
export { chunksOf } from './chunks-of.ts';
export { countEntries } from './count-entries.ts';
export { EVENT_NAMES, type EventLog, eventLog } from './event-log.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { seededNumbers } from './seeded-numbers.ts';
export { type SmallDisk, smallDisk } from './small-disk.ts';
export { freePort, type TemporaryFolder, temporaryFolder } from './temporary-places.ts';
export type { Expect, TestRunner } from './test-runner.ts';
export { until } from './until.ts';
