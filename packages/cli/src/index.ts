export type { Host, Outlet } from './host.ts';
export { main } from './main.ts';
export { run } from './run.ts';
