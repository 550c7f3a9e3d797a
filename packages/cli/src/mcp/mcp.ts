import {
  type CliCommand,
  captured,
  defineCommand,
  flag,
  globalWords,
} from '../command-line/index.ts';
import { EXIT } from '../terminal/index.ts';
import { type RunTool, serveTools } from './serve.ts';
import { toolsOf } from './tools.ts';

/** More characters than this of one result are cut: an assistant pays for each. */
const LONGEST = 262_144;

/** The command that serves `commands` to an assistant. */
export const mcpOf = (commands: readonly CliCommand[]): CliCommand =>
  defineCommand({
    name: 'mcp',
    summary: 'Serve the commands to an assistant over MCP.',
    options: {
      allowWrites: flag(
        'also offer tag, rm, prune, clear and reset, which ask for no confirmation',
      ),
    },
    notes:
      'The server speaks the Model Context Protocol over stdin and stdout, and ends with stdin. An assistant cannot choose another store. Answers stay hidden until a call of show asks to reveal them.',
    async run({ session: { host, globals }, options: { allowWrites = false } }) {
      const tools = toolsOf(commands, allowWrites);
      const words = globalWords(globals); // an assistant cannot change them
      const run: RunTool = ({ argv, stdin, signal }) => {
        const inside = { ...host, signal: AbortSignal.any([host.signal, signal]) };
        return captured(inside, { argv: [...words, ...argv], commands, stdin, longest: LONGEST });
      };
      await serveTools({ host, tools, run });
      return EXIT.ok;
    },
  });
