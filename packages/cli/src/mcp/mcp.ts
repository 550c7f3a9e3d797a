import {
  type CliCommand,
  dashed,
  defineCommand,
  flag,
  type Globals,
  runCommandLine,
} from '../command-line/index.ts';
import { EXIT, type Host } from '../terminal/index.ts';
import { serveTools } from './serve.ts';
import { toolsOf } from './tools.ts';

/** The global options that the user wrote, for each command that a tool runs. */
const wordsOf = ({ json: _, ...globals }: Globals): readonly string[] =>
  Object.entries(globals).map(([name, value]) => `${dashed(name)}=${value}`);

/** The command that serves `commands` to an assistant. */
export const mcpOf = (commands: readonly CliCommand[]): CliCommand =>
  defineCommand({
    name: 'mcp',
    summary: 'Serve the commands to an assistant over MCP.',
    options: {
      allowWrites: flag('also offer rm, prune, clear and reset, which ask for no confirmation'),
    },
    notes:
      'The server speaks the Model Context Protocol over stdin and stdout, and ends with stdin. An assistant cannot choose another store. Answers stay hidden until a call of show asks to reveal them.',
    async run({ session: { host, globals }, options: { allowWrites = false } }) {
      const tools = toolsOf(commands, allowWrites);
      const run = (argv: readonly string[], inside: Host) => runCommandLine(argv, inside, commands);
      await serveTools({ host, tools, run, globals: wordsOf(globals) });
      return EXIT.ok;
    },
  });
