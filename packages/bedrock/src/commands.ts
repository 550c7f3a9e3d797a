/** A command whose answers may be kept. */
export interface Command {
  readonly operation: string;
  /** Where its response holds a stream. */
  readonly streamField?: string;
  /** Its response holds bytes with methods. */
  readonly givesBytes?: true;
  /** Where its request holds the temperature. */
  readonly temperature: string;
}

const converse = { operation: 'Converse', temperature: 'inferenceConfig.temperature' };
const invoke = { operation: 'InvokeModel', temperature: 'body.temperature' };

/** The commands that generate. All others pass by. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  ConverseCommand: converse,
  ConverseStreamCommand: { ...converse, streamField: 'stream' },
  InvokeModelCommand: { ...invoke, givesBytes: true },
  InvokeModelWithResponseStreamCommand: { ...invoke, streamField: 'body' },
};
