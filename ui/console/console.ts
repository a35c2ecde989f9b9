import type { Hono } from 'hono';
import type { PageEnvironment } from '../web/types';
import { addConnections } from './connections';
import { addGroups } from './groups';
import { addLinks } from './links';
import { addMapping } from './mapping';
import { addOAuth } from './oauth';
import { addOverview } from './overview';
import { addRecords } from './records';
import { addResources } from './resources';
import { addSettings } from './settings';
import { addSignIn } from './sign-in';
import { addConnectionTokens } from './tokens';
import { addUserNames } from './user-names';
import { addUsers } from './users';
import { addWebhook } from './webhooks/webhook';
import { addWebhooks } from './webhooks/webhooks';

/** Adds the pages for operators. */
export function addConsole(app: Hono<PageEnvironment>): void {
  for (const add of [
    addSignIn,
    addConnections,
    addOverview,
    addUsers,
    addUserNames,
    addGroups,
    addResources,
    addRecords,
    addConnectionTokens,
    addOAuth,
    addMapping,
    addLinks,
    addSettings,
    addWebhooks,
    addWebhook,
  ]) {
    add(app);
  }
}
