import { ENVIRONMENT } from '../../../lambdas/contract';
import {
  asText,
  isArray,
  isObject,
  parseJson,
  type Json,
  type JsonObject,
} from '../../../scim/json';

/** A connection that a stack declares. */
export interface DeclaredConnection {
  readonly id: string;
  /** Settings of the admin API; undefined if they refer to other resources of the stack. */
  readonly settings: JsonObject | undefined;
}

/** A deployment of the service in a stack's template. */
export interface TemplateDeployment {
  /** The prefix of its secrets. */
  readonly name: string;
  /** The sender of mails; undefined without mails, or if the template does not say it. */
  readonly sender: string | undefined;
  readonly connections: readonly DeclaredConnection[];
}

/** The parts of a stack's template that matter to the doctor. */
export interface StackTemplate {
  readonly deployments: readonly TemplateDeployment[];
  /** Logical ids of the service's alarms. */
  readonly alarms: readonly string[];
  /** Logical ids of nested stacks. */
  readonly nested: readonly string[];
}

/** The page that the descriptions of the service's alarms end with. */
const RUNBOOK = /See https:\S+\/operations\/runbook\.md#\w+$/;

/** Reads a template in JSON, the form of the CDK. @throws SyntaxError for another form */
export function readTemplate(text: string): StackTemplate {
  const template = parseJson(text);
  const resources = Object.entries(objectIn(template, 'Resources'));
  const ofType = (wanted: string): readonly (readonly [string, JsonObject])[] =>
    resources.flatMap(([id, resource]) =>
      isObject(resource) && resource['Type'] === wanted
        ? [[id, objectIn(resource, 'Properties')] as const]
        : [],
    );
  const functions = new Map(
    ofType('AWS::Lambda::Function')
      // The stack may have functions of its own, with variables of the same names.
      .filter(([, { Description: description }]) => asText(description).startsWith('SCIM: '))
      .map(([id, properties]) => [id, objectIn(objectIn(properties, 'Environment'), 'Variables')]),
  );
  const nameOf = (variables: JsonObject): string => asText(variables[ENVIRONMENT.deployment]);
  const names = new Set([...functions.values()].map(nameOf).filter((name) => name !== ''));
  const connections = ofType('Custom::ScimConnection').map(([, properties]) => properties);
  return {
    deployments: [...names].map((name) => ({
      name,
      sender: [...functions.values()]
        .filter((variables) => nameOf(variables) === name)
        .map((variables) => asText(variables[ENVIRONMENT.mailFrom]))
        .find((sender) => sender !== ''),
      connections: connections
        .filter((each) => nameOf(functions.get(providerOf(each)) ?? {}) === name)
        .map(declared),
    })),
    alarms: ofType('AWS::CloudWatch::Alarm')
      .filter(([, { AlarmDescription: description }]) => RUNBOOK.test(asText(description)))
      .map(([id]) => id),
    nested: ofType('AWS::CloudFormation::Stack').map(([id]) => id),
  };
}

/** Returns the logical id of the function that handles a declared connection. */
function providerOf({ ServiceToken: token }: JsonObject): string {
  const attribute = isObject(token) ? token['Fn::GetAtt'] : undefined;
  return isArray(attribute) ? asText(attribute[0]) : '';
}

function declared({ Id: id, Settings: text }: JsonObject): DeclaredConnection {
  const settings = typeof text === 'string' ? parseJson(text) : undefined;
  return { id: asText(id), settings: isObject(settings) ? settings : undefined };
}

function objectIn(value: Json, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
}
