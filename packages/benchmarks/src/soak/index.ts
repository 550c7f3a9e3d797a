// Many calls run over a Redis that fails in every way in which a server fails, and their outcomes are counted.
// Nothing here is measured in time, and no answer is trusted: each is compared with the right one.
// Start reading in soak-run.ts; soak-calls.ts makes the calls.
export { type SoakReport, soak } from './soak-run.ts';
