export { main } from './main.ts';
export { run } from './program.ts';
export type { Host, Outlet } from './terminal/host.ts';
