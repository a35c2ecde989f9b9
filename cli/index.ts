#!/usr/bin/env node
import { CommanderError } from 'commander';
import { createCommand } from './command';
import { exitCodeOf, reasonOf } from './errors';
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
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
void main();
