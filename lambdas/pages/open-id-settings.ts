import * as z from 'zod/mini';
import { CONSOLE_PATH, ENVIRONMENT } from '../contract';
import { variable } from '../runtime/environment';
import { secretsManager } from '../runtime/secrets-manager';
import { OpenId } from './open-id';

/** The environment variable that the construct sets, as JSON. */
const SETTINGS = z.object({
  issuer: z.string(),
  clientId: z.string(),
  clientSecretArn: z.optional(z.string()),
  allowedGroups: z.array(z.string()),
});

/**
 * Opens the sign-in that the environment describes.
 * @param publicUrl the deployment's own URL with its stage
 * @param isInsecureAllowed whether the issuer may be served over HTTP, for development
 * @returns undefined if operators do not sign in with OpenID Connect
 */
export function openOpenId(publicUrl: string, isInsecureAllowed: boolean): OpenId | undefined {
  const text = variable(ENVIRONMENT.openId, '');
  if (text === '') return undefined;
  const { clientSecretArn, ...settings } = SETTINGS.parse(JSON.parse(text));
  return new OpenId({
    ...settings,
    clientSecret: clientSecretArn === undefined ? undefined : () => secretOf(clientSecretArn),
    redirectUri: `${publicUrl}${CONSOLE_PATH}/callback`,
    isInsecureAllowed,
  });
}

async function secretOf(arn: string): Promise<string> {
  const { getSecretValue } = await secretsManager();
  const { SecretString: value = '' } = await getSecretValue({ SecretId: arn });
  return value;
}
