// The figures of a section become a table on the terminal, and Markdown and a plot in the README.
// Nothing here measures, and nothing is written to the README unless `--write` asks for it.
// Start reading in report.ts; readme.ts writes the README, and plots.ts draws.
export { bars, lines, type Point } from './plots.ts';
export { machine, writeDown } from './readme.ts';
export { asText, type Report, type Section } from './report.ts';
