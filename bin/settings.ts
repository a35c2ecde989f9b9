import { z } from 'zod';

/** A text that `-c name=value` or cdk.json gives; empty counts as not set. */
const text = z
  .string()
  .transform((value) => (value === '' ? undefined : value))
  .optional();

/** A number, also as the text that `-c name=value` gives. */
const number = z.coerce.number().positive().optional();

/** A switch, also as the text that `-c name=value` gives. */
const flag = z.union([z.boolean(), z.stringbool()]).optional();

/** A list, also as a text separated by commas. */
const list = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? value.split(',') : value))
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''))
  .default([]);

const connection = z.strictObject({
  id: z.string(),
  displayName: z.string().exactOptional(),
  actsAs: z.string().exactOptional(),
  identityProvider: z
    .enum(['entra', 'okta', 'jumpcloud', 'onelogin', 'google', 'ping', 'generic', 'rfc'])
    .exactOptional(),
  groups: z.boolean().exactOptional(),
  userDeletion: z.enum(['retain', 'erase']).exactOptional(),
  failureMailRecipients: z.array(z.string()).exactOptional(),
  tokenExpiresInDays: z.number().exactOptional(),
  rotation: z
    .strictObject({ everyDays: z.number(), overlapDays: z.number().exactOptional() })
    .exactOptional(),
  trust: z
    .strictObject({
      issuer: z.string(),
      subject: z.string().exactOptional(),
      audiences: z.array(z.string()).exactOptional(),
      scopes: z.array(z.string()).exactOptional(),
      accessTokenSeconds: z.number().exactOptional(),
    })
    .exactOptional(),
  rateLimit: z
    .strictObject({ requestsPerSecond: z.number(), burst: z.number().exactOptional() })
    .exactOptional(),
});

/** The settings of the app, as context values of cdk.json or of `-c name=value`. */
const SETTINGS = z.strictObject({
  stackName: text,
  account: text,
  region: text,
  connections: z.array(connection).default([]),
  domainName: text,
  certificateArn: text,
  hostedZoneId: text,
  hostedZoneName: text,
  accessFromIpRanges: list,
  adminAccessFromIpRanges: list,
  portalAccessFromIpRanges: list,
  portalReturnOrigins: list,
  productName: text,
  accentColor: text,
  deploymentName: text,
  encryptionKeyArn: text,
  existingTableArn: text,
  existingTableStreamArn: text,
  removalPolicy: z.enum(['retain', 'destroy']).optional(),
  throttlingRateLimit: number,
  throttlingBurstLimit: number,
  failureMailSender: text,
  failureMailRecipients: list,
  failureMailContact: text,
  alarmTopicArn: text,
  accessLogs: flag,
  webAclArn: text,
});

/** The settings of the app. */
export type Settings = z.output<typeof SETTINGS>;

/** A connection that the settings declare. */
export type DeclaredConnection = Settings['connections'][number];

/** Settings that make sense only together with another one. */
const REQUIRED: readonly (readonly [keyof Settings, keyof Settings, string])[] = [
  ['failureMailRecipients', 'failureMailSender', 'the address that mails are sent from'],
  ['failureMailContact', 'failureMailSender', 'the address that mails are sent from'],
  ['domainName', 'certificateArn', 'a certificate of the domain in the region of the stack'],
  ['certificateArn', 'domainName', 'the domain that the certificate is for'],
  ['hostedZoneId', 'hostedZoneName', 'the name of the zone'],
  ['hostedZoneName', 'hostedZoneId', 'the id of the zone'],
  ['hostedZoneId', 'domainName', 'the domain to create records for'],
  ['existingTableArn', 'existingTableStreamArn', "the ARN of the table's stream"],
  ['existingTableStreamArn', 'existingTableArn', 'the ARN of the table'],
];

/**
 * Reads the settings from the context of the app.
 * @param context all context values; those of the CDK itself are left out
 * @throws Error that lists everything that is wrong, also unknown names: a misspelled setting would
 * otherwise be ignored
 */
export function readSettings(context: unknown): Settings {
  const all = z.record(z.string(), z.unknown()).parse(context);
  const own = Object.entries(all).filter(([name]) => /^[A-Za-z]+$/.test(name));
  const parsed = SETTINGS.safeParse(Object.fromEntries(own));
  if (!parsed.success) {
    const names = Object.keys(SETTINGS.shape).join(', ');
    throw new Error(
      `The context of the app is wrong:\n${z.prettifyError(parsed.error)}\nSettings are ${names}.`,
    );
  }
  const settings = parsed.data;
  for (const [name, needed, what] of REQUIRED) {
    if (isSet(settings[name]) && !isSet(settings[needed])) {
      throw new Error(`${name} requires ${needed}, ${what}: add -c ${needed}=….`);
    }
  }
  return settings;
}

function isSet(value: Settings[keyof Settings]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
