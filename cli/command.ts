import { addApi } from './commands/api';
import { addConnections } from './commands/connections';
import { addConsole } from './commands/console';
import { addDoctor } from './doctor/doctor-command';
import { addEvents } from './commands/events';
import { addGuide } from './commands/guide';
import { addLog } from './commands/log';
import { addOAuthClients } from './oauth/oauth-clients-command';
import { addTrust } from './oauth/trust-command';
import { addPortalLink } from './commands/portal-link';
import { addSeed } from './commands/seed';
import { addTokens } from './commands/tokens';
import { addVerify } from './commands/verify';
import { createProgram, type Program } from './program';
import { addWebhooks } from './webhooks/webhooks-command';
import { addConvertUserNames } from './user-names/convert-command';
import { addExport } from './transfer/export-command';
import { addImport } from './transfer/import-command';

/** Creates the command `cdk-scim`. */
export function createCommand(): Program {
  const program = createProgram();
  addConnections(program);
  addPortalLink(program);
  addGuide(program);
  addTokens(program);
  addOAuthClients(program);
  addTrust(program);
  addLog(program);
  addDoctor(program);
  addWebhooks(program);
  addEvents(program);
  addConsole(program);
  addImport(program);
  addExport(program);
  addConvertUserNames(program);
  addApi(program);
  addSeed(program);
  addVerify(program);
  return program;
}
