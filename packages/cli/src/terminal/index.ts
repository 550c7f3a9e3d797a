/**
 * Here the program prints, asks for confirmation, shows progress, and ends with an exit code. Nothing in this
 * room knows a command, an option or a cache. Start reading with `output.ts`; `confirm.ts` asks what `--yes`
 * answers.
 */
export { stackedChart } from './chart.ts';
export { confirm } from './confirm.ts';
export { EXIT, type ExitCode, Failure, fileFailure, UsageFailure } from './exit.ts';
export {
  formatBytes,
  formatCount,
  formatDuration,
  formatLatency,
  formatMoney,
  formatPercent,
  formatQuantity,
} from './format.ts';
export type { Host, Outlet } from './host.ts';
export { jsonLine, jsonText, OUTPUT_VERSION, Output, supportsColors } from './output.ts';
export { inParallel, startProgress, withProgress } from './progress.ts';
export { hideSqliteWarning } from './sqlite-warning.ts';
export { type Column, type Fact, formatFacts, formatTable } from './table.ts';
export { fitted, wrapped } from './width.ts';
