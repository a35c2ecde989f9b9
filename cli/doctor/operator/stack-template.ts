import { ENVIRONMENT } from '../../../lambdas/contract';
import { asText, isObject, parseJson, type Json, type JsonObject } from '../../../scim/json';

/** A connection that a stack declares. */
export interface DeclaredConnection {
  readonly id: string;
  /** Settings of the admin API; undefined if they refer to other resources of the stack. */
  readonly settings: JsonObject | undefined;
}

/** The parts of a stack's template that matter to the doctor. */
export interface StackTemplate {
  /** The deployment, the prefix of its secrets; undefined if the template does not say it. */
  readonly deployment: string | undefined;
  /** The sender of mails; undefined without mails, or if the template does not say it. */
  readonly sender: string | undefined;
  readonly connections: readonly DeclaredConnection[];
  /** Logical ids of the alarms. */
  readonly alarms: readonly string[];
  /** Logical ids of nested stacks. */
  readonly nested: readonly string[];
}

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
  const variables = ofType('AWS::Lambda::Function')
    // The stack may have functions of its own, with variables of the same names.
    .filter(([, { Description: description }]) => asText(description).startsWith('SCIM: '))
    .map(([, properties]) => objectIn(objectIn(properties, 'Environment'), 'Variables'));
  return {
    deployment: variable(variables, ENVIRONMENT.deployment),
    sender: variable(variables, ENVIRONMENT.mailFrom),
    connections: ofType('Custom::ScimConnection').map(([, properties]) => declared(properties)),
    alarms: ofType('AWS::CloudWatch::Alarm').map(([id]) => id),
    nested: ofType('AWS::CloudFormation::Stack').map(([id]) => id),
  };
}

function declared({ Id: id, Settings: text }: JsonObject): DeclaredConnection {
  const settings = typeof text === 'string' ? parseJson(text) : undefined;
  return { id: asText(id), settings: isObject(settings) ? settings : undefined };
}

/** Returns the first value of an environment variable that is a text and not empty. */
function variable(functions: readonly JsonObject[], name: string): string | undefined {
  return functions.map((variables) => asText(variables[name])).find((value) => value !== '');
}

function objectIn(value: Json, name: string): JsonObject {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
}
