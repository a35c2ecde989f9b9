#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createCommand } from './command';
import { EXIT, exitCodeOf, reasonOf } from './errors';
import { note } from './output/output';

/** Entry point of the command `cdk-scim`. Sets the exit code. */
async function main(): Promise<void> {
  try {
    await createCommand().parseAsync();
  } catch (error) {
    // Commander prints its own messages.
    if (!(error instanceof CommanderError)) note(reasonOf(error));
    process.exitCode = exitCodeOf(error);
  }
}

// A reader of the output that ends early, such as `head`, is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? undefined : EXIT.unreachable);
  });
}
void main();
