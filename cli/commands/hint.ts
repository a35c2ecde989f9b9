import type { DeploymentOptions } from '../deployment';

/** Returns a command that a person can paste, for the same deployment. */
export function hint(
  { stack, adminUrl, region, profile }: DeploymentOptions,
  command: string,
): string {
  const options = { stack, 'admin-url': adminUrl, region, profile };
  const texts = Object.entries(options).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name} '${value.replaceAll("'", String.raw`'\''`)}'`],
  );
  return ['npx cdk-scim', command, ...texts].join(' ');
}
