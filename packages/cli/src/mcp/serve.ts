import { Readable, Writable } from 'node:stream';
import type {
  CallToolResult,
  McpServer as Server,
  StandardSchemaWithJSON,
} from '@modelcontextprotocol/server';
import { VERSION } from '../command-line/index.ts';
import { EXIT, type ExitCode, type Host } from '../terminal/index.ts';
import type { Tool, ToolArguments } from './tools.ts';

/** Runs a command line on a host, and returns the exit code. */
type Run = (argv: readonly string[], host: Host) => Promise<ExitCode>;

/** What the server serves, and where its tools run. */
interface Served {
  readonly host: Host;
  readonly tools: readonly Tool[];
  readonly run: Run;
  /** Global options that the user wrote, such as `--store=./llm.db`. An assistant cannot change them. */
  readonly globals: readonly string[];
}

/** More characters than this of one result are cut: an assistant pays for each. */
const LONGEST_TEXT = 262_144;

/** A stream that keeps its text, up to the longest that is passed on. */
class Kept extends Writable {
  text = '';
  isCut = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.isCut ||= this.text.length > LONGEST_TEXT;
    if (!this.isCut) this.text += chunk.toString();
    done();
  }
}

/** What a person reads on stderr is what the assistant has to know where nothing is printed. */
function resultOf(out: Kept, errors: Kept, code: ExitCode): CallToolResult {
  const text = out.text.slice(0, LONGEST_TEXT);
  const isCut = out.isCut || text.length < out.text.length;
  const cut = isCut ? 'The result is longer than this. Ask for fewer entries.' : '';
  const parts = [text, errors.text, cut].map((part) => part.trim()).filter((part) => part !== '');
  // A check that found a problem has printed it, and exits with 1: that is no failure of the tool.
  const isError = code === EXIT.usage || (code !== EXIT.ok && out.text === '');
  return { content: parts.map((part) => ({ type: 'text', text: part })), isError };
}

async function callTool(
  { host, globals, run }: Served,
  { argv, stdin }: ReturnType<Tool['commandLine']>,
  signal: AbortSignal,
) {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const inside: Host = { ...host, stdout, stderr, stdin: Readable.from([stdin]), signal };
  const code = await run([...globals, ...argv], inside);
  return resultOf(stdout, stderr, code);
}

/** A tool, and its schema as the SDK takes it. */
interface TypedTool {
  readonly tool: Tool;
  readonly schema: StandardSchemaWithJSON<ToolArguments, ToolArguments>;
}

function addTool(server: Server, served: Served, { tool, schema }: TypedTool): void {
  const { name, description, isReading } = tool;
  const annotations = {
    readOnlyHint: isReading,
    destructiveHint: !isReading,
    idempotentHint: true,
    openWorldHint: false,
  };
  server.registerTool(name, { description, inputSchema: schema, annotations }, (given, context) =>
    callTool(
      served,
      tool.commandLine(given),
      AbortSignal.any([served.host.signal, context.mcpReq.signal]),
    ),
  );
}

/** Serves the tools over the stdin and stdout of the process, until stdin ends or the program is interrupted. */
export async function serveTools(served: Served): Promise<void> {
  const { McpServer, fromJsonSchema } = await import('@modelcontextprotocol/server');
  const { serveStdio, StdioServerTransport } = await import('@modelcontextprotocol/server/stdio');
  const { stdin, stdout, signal } = served.host;
  // The SDK wants the class of the process's own streams, and reads and writes them by what these types share.
  const transport = new StdioServerTransport(stdin as Readable, stdout as Writable);
  const serving = serveStdio(
    () => {
      const server = new McpServer({ name: 'cached-llm', version: VERSION });
      for (const tool of served.tools) {
        const schema = fromJsonSchema<ToolArguments>({ ...tool.schema });
        addTool(server, served, { tool, schema });
      }
      return server;
    },
    { transport },
  );
  await new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await serving.close();
}
