/**
 * Here the commands become tools of a Model Context Protocol server, which an assistant calls over stdin and stdout.
 * Nothing in this room names a store that the user has not named, or lets a tool write without `--allow-writes`.
 * Start reading with `mcp.ts`.
 */
export { mcpOf } from './mcp.ts';
