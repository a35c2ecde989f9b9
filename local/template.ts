import { App, Stack } from 'aws-cdk-lib';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ScimServiceProvider, type FailureMailProps, type ScimServiceProviderProps } from '../lib';

/** Synthesizes the CloudFormation template and reads what the local runtime needs from it. */

/** Part of a template: JSON, with intrinsic functions as objects with one member. */
export type Part =
  string | number | boolean | null | readonly Part[] | { readonly [name: string]: Part };
export type Properties = Readonly<Record<string, Part>>;

export interface TemplateResource {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  readonly metadata: Properties;
}

/** Sender of mails on this machine. */
export const FAILURE_MAIL: FailureMailProps = { sender: 'scim@localhost.example' };

export class Template {
  private constructor(
    readonly resources: readonly TemplateResource[],
    /** Folder with the assets that the template refers to. */
    readonly assets: string,
  ) {}

  /**
   * Synthesizes a stack with one service provider.
   * @param props props of the service provider, merged over the local defaults
   * @throws Error if a function's bundle is missing
   */
  static synthesize(props: ScimServiceProviderProps = {}): Template {
    const outdir = mkdtempSync(path.join(tmpdir(), 'cdk-scim-'));
    const app = new App({ outdir, context: { 'aws:cdk:enable-asset-metadata': true } });
    const stack = new Stack(app, 'Scim');
    new ScimServiceProvider(stack, 'ServiceProvider', { failureMail: FAILURE_MAIL, ...props });
    const template: unknown = app.synth().getStackByName(stack.stackName).template;
    const resources = asProperties(member(template, 'Resources'));
    return new Template(
      Object.entries(resources).map(([logicalId, resource]) => ({
        logicalId,
        type: asText(member(resource, 'Type')),
        properties: asProperties(member(resource, 'Properties')),
        metadata: asProperties(member(resource, 'Metadata')),
      })),
      outdir,
    );
  }

  ofType(type: string): readonly TemplateResource[] {
    return this.resources.filter((resource) => resource.type === type);
  }

  /**
   * Returns the names of resources on this machine, for `resolveText`. The keys are logical IDs, or
   * `<logical id>.Arn` for ARNs.
   */
  names(tableName: string): ReadonlyMap<string, string> {
    const tables = this.ofType('AWS::DynamoDB::GlobalTable').map(
      ({ logicalId }) => [logicalId, tableName] as const,
    );
    const functions = this.ofType('AWS::Lambda::Function').map(
      ({ logicalId }) => [`${logicalId}.Arn`, functionArn(logicalId)] as const,
    );
    const buses = this.ofType('AWS::Events::EventBus').map(
      ({ logicalId }) => [`${logicalId}.Arn`, EVENT_BUS_ARN] as const,
    );
    const keys = this.ofType('AWS::KMS::Key').map(
      ({ logicalId }) => [`${logicalId}.Arn`, keyArn(logicalId)] as const,
    );
    return new Map([...tables, ...functions, ...buses, ...keys]);
  }

  /** Deletes the assets. */
  dispose(): void {
    rmSync(this.assets, { recursive: true, force: true });
  }
}

/** ARN of the local event bus. */
export const EVENT_BUS_ARN = 'arn:aws:events:us-east-1:000000000000:event-bus/scim';

/** Returns the ARN of a local key. */
function keyArn(logicalId: string): string {
  return `arn:aws:kms:us-east-1:000000000000:key/${logicalId}`;
}

/** Returns the ARN of a local function. */
export function functionArn(logicalId: string): string {
  return `arn:aws:lambda:us-east-1:000000000000:function:${logicalId}`;
}

/** Returns a member of an object, or undefined if it is not an object or lacks the member. */
export function member(value: unknown, name: string): Part | undefined {
  return isProperties(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function asProperties(value: unknown): Properties {
  return isProperties(value) ? value : {};
}

export function asList(value: Part | undefined): readonly Part[] {
  return isList(value) ? value : [];
}

/** Returns a string or number as text, and an empty string for anything else. */
export function asText(value: Part | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isList(value: unknown): value is readonly Part[] {
  return Array.isArray(value);
}

function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the first candidate that an intrinsic function inside the part refers to. */
export function referenced(
  part: Part | undefined,
  candidates: readonly TemplateResource[],
): TemplateResource | undefined {
  if (isList(part)) {
    for (const element of part) {
      const found = referenced(element, candidates);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isProperties(part)) return undefined;
  const attribute = asList(member(part, 'Fn::GetAtt'))[0];
  const target = member(part, 'Ref') ?? attribute;
  const direct = candidates.find(({ logicalId }) => logicalId === target);
  return direct ?? referenced(Object.values(part), candidates);
}

/**
 * Resolves a part of the template to text.
 * @param names physical names of resources, as `Template.names` returns them
 * @throws Error for a resource without a name or an unsupported intrinsic function
 */
export function resolveText(part: Part | undefined, names: ReadonlyMap<string, string>): string {
  if (typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean')
    return String(part);
  const reference = member(part, 'Ref');
  const attribute = asList(member(part, 'Fn::GetAtt')).map(asText).join('.');
  const name =
    typeof reference === 'string'
      ? (names.get(reference) ?? PSEUDO_PARAMETERS.get(reference))
      : names.get(attribute);
  if (name !== undefined) return name;
  const [separator, elements] = asList(member(part, 'Fn::Join'));
  if (typeof separator === 'string')
    return asList(elements)
      .map((element) => resolveText(element, names))
      .join(separator);
  throw new Error(`The local runtime cannot resolve ${JSON.stringify(part)} in the template.`);
}

const PSEUDO_PARAMETERS = new Map([
  ['AWS::Region', 'us-east-1'],
  ['AWS::AccountId', '000000000000'],
  ['AWS::Partition', 'aws'],
  ['AWS::StackName', 'Scim'],
]);
