#!/usr/bin/env node
import { CommanderError } from 'commander';
import { addApi } from './commands/api';
import { addConnections } from './commands/connections';
import { addConsole } from './commands/console';
import { addEvents } from './commands/events';
import { addGuide } from './commands/guide';
import { addLog } from './commands/log';
import { addPortalLink } from './commands/portal-link';
import { addSeed } from './commands/seed';
import { addTokens } from './commands/tokens';
import { addVerify } from './commands/verify';
import { addWebhooks } from './commands/webhooks';
import { exitCodeOf, reasonOf } from './errors';
import { note } from './output/output';
import { createProgram } from './program';

/** Entry point of the command `cdk-scim`. Sets the exit code. */
async function main(): Promise<void> {
  const program = createProgram();
  addConnections(program);
  addPortalLink(program);
  addGuide(program);
  addTokens(program);
  addLog(program);
  addWebhooks(program);
  addEvents(program);
  addConsole(program);
  addApi(program);
  addSeed(program);
  addVerify(program);
  try {
    await program.parseAsync();
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
