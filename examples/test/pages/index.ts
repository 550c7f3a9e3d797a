// The programs, the commands and the links that the README files and the pages of docs/ print are read here, compiled and run.
// Nothing here repairs or completes what a page prints: a reader pastes it as it is, and no snippet ever reaches a provider.
// Start reading in snippet.ts, which says what a page may ask for; run-snippet.ts runs a program as a reader does.
export { commandsIn, programOf } from './commands.ts';
export { installedBy, packagesIn, storesIn } from './installs.ts';
export { PAGES, ROOT } from './page.ts';
export { SnippetProject } from './project.ts';
export { type Providers, startProviders } from './providers.ts';
export { runSnippet } from './run-snippet.ts';
export { SNIPPETS } from './snippet.ts';
