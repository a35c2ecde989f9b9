import { App, CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  IdentityProvider,
  ScimAccess,
  ScimServiceProvider,
  UserDeletion,
  type ConnectionProps,
  type ScimServiceProviderProps,
  type TrustProps,
} from '../lib';
import { readSettings, type DeclaredConnection, type Settings } from './settings';

/*
 * The app that `npx cdk deploy` deploys: one stack with one service provider. Its settings are
 * context values, see settings.ts and docs/guides/deploying.md. Alarms are created only if there is
 * a topic or a recipient.
 */
const app = new App();
const settings = readSettings(app.node.getAllContext());
const { stackName = 'Scim', account, region } = settings;
const stack = new Stack(app, stackName, {
  description: 'SCIM 2.0 service provider (cdk-scim)',
  env: {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  },
});
const provider = new ScimServiceProvider(stack, 'ServiceProvider', {
  ...props(settings),
  ...domain(settings),
  ...pages(settings),
  ...mailAndAlarms(settings),
});

function props(settings: Settings): ScimServiceProviderProps {
  const { connections, encryptionKeyArn: keyArn } = settings;
  const { accessFromIpRanges: ranges, adminAccessFromIpRanges: adminRanges } = settings;
  const { throttlingRateLimit: rateLimit, throttlingBurstLimit: burstLimit } = settings;
  const { removalPolicy, deploymentName, webAclArn, accessLogs } = settings;
  const { existingTableArn: tableArn, existingTableStreamArn: tableStreamArn } = settings;
  return {
    connections: connections.map(connectionProps),
    ...(ranges.length === 0 ? {} : { access: ScimAccess.fromIpRanges(...ranges) }),
    ...(adminRanges.length === 0 ? {} : { adminAccess: ScimAccess.fromIpRanges(...adminRanges) }),
    ...(keyArn === undefined
      ? {}
      : { encryptionKey: Key.fromKeyArn(stack, 'EncryptionKey', keyArn) }),
    ...(deploymentName === undefined ? {} : { deploymentName }),
    ...(tableArn === undefined || tableStreamArn === undefined
      ? {}
      : {
          existingTable: TableV2.fromTableAttributes(stack, 'ExistingTable', {
            tableArn,
            tableStreamArn,
          }),
        }),
    ...(webAclArn === undefined ? {} : { webAclArn }),
    ...(accessLogs === undefined ? {} : { accessLogs }),
    ...(removalPolicy === 'destroy' ? { removalPolicy: RemovalPolicy.DESTROY } : {}),
    throttling: {
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(burstLimit === undefined ? {} : { burstLimit }),
    },
  };
}

function connectionProps(connection: DeclaredConnection): ConnectionProps {
  const { identityProvider, userDeletion, tokenExpiresInDays, rotation, trust, ...same } =
    connection;
  const profile = Object.values(IdentityProvider).find((each) => each === identityProvider);
  const deletion = Object.values(UserDeletion).find((each) => each === userDeletion);
  return {
    ...same,
    ...(profile === undefined ? {} : { identityProvider: profile }),
    ...(deletion === undefined ? {} : { userDeletion: deletion }),
    ...(tokenExpiresInDays === undefined
      ? {}
      : { tokenExpiresIn: Duration.days(tokenExpiresInDays) }),
    ...(trust === undefined ? {} : { trust: trustProps(trust) }),
    ...(rotation === undefined
      ? {}
      : {
          rotation: {
            every: Duration.days(rotation.everyDays),
            ...(rotation.overlapDays === undefined
              ? {}
              : { overlap: Duration.days(rotation.overlapDays) }),
          },
        }),
  };
}

function trustProps({
  accessTokenSeconds,
  ...trust
}: NonNullable<DeclaredConnection['trust']>): TrustProps {
  if (accessTokenSeconds === undefined) return trust;
  return { ...trust, accessTokenLifetime: Duration.seconds(accessTokenSeconds) };
}

function domain(settings: Settings): Pick<ScimServiceProviderProps, 'domain'> {
  const { domainName, certificateArn, hostedZoneId, hostedZoneName: zoneName } = settings;
  if (domainName === undefined || certificateArn === undefined) return {};
  const certificate = Certificate.fromCertificateArn(stack, 'Certificate', certificateArn);
  if (hostedZoneId === undefined || zoneName === undefined) {
    return { domain: { domainName, certificate } };
  }
  const zone = { hostedZoneId, zoneName };
  const hostedZone = HostedZone.fromHostedZoneAttributes(stack, 'HostedZone', zone);
  return { domain: { domainName, certificate, hostedZone } };
}

function pages(
  settings: Settings,
): Pick<ScimServiceProviderProps, 'branding' | 'portal' | 'portalAccess'> {
  const { productName, accentColor, portalReturnOrigins: returnOrigins } = settings;
  const { portalAccessFromIpRanges: ranges } = settings;
  return {
    branding: {
      ...(productName === undefined ? {} : { productName }),
      ...(accentColor === undefined ? {} : { accentColor }),
    },
    portal: { returnOrigins },
    ...(ranges.length === 0 ? {} : { portalAccess: ScimAccess.fromIpRanges(...ranges) }),
  };
}

function mailAndAlarms(
  settings: Settings,
): Pick<ScimServiceProviderProps, 'failureMail' | 'alarms'> {
  const { failureMailSender: sender, failureMailRecipients: recipients } = settings;
  const { failureMailContact: contact, alarmTopicArn: topicArn } = settings;
  const topic =
    topicArn === undefined ? undefined : Topic.fromTopicArn(stack, 'AlarmTopic', topicArn);
  const hasReader = topic !== undefined || recipients.length > 0;
  return {
    ...(sender === undefined
      ? {}
      : {
          failureMail: { sender, recipients, ...(contact === undefined ? {} : { contact }) },
        }),
    ...(hasReader ? { alarms: topic === undefined ? {} : { topic } } : {}),
  };
}

new CfnOutput(stack, 'AdminUrl', {
  value: provider.adminUrl,
  description: 'Admin API (SigV4, service execute-api): npx cdk-scim --help lists what it does',
});
new CfnOutput(stack, 'ApplicationUrl', {
  value: provider.applicationUrl,
  description: 'Application API: users, groups and events (SigV4, service execute-api)',
});
if (provider.consoleUrl !== undefined) {
  new CfnOutput(stack, 'ConsoleUrl', {
    value: provider.consoleUrl,
    description: 'Console: open it with npx cdk-scim console',
  });
}
new CfnOutput(stack, 'ScimBaseUrl', {
  value: provider.scimBaseUrl('<connection id>'),
  description: 'Base URL (tenant URL) of a connection, for its identity provider',
});
new CfnOutput(stack, 'TableName', {
  value: provider.table.tableName,
  description: 'Table, for npx cdk-scim verify and npx cdk-scim seed',
});
