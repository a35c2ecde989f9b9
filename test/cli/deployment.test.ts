import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { readOutputs } from '../../cli/stack-outputs';
import { run } from '../support/command';
import { admin, server } from '../support/client';
import { close, listen } from '../support/loopback-server';

/** A CloudFormation API with one stack, `Identity`, whose outputs and template are given. */
function cloudFormation(outputs: Readonly<Record<string, string>>, template = {}): Server {
  return createServer((request, response) => {
    void text(request).then((body) => {
      const call = new URLSearchParams(body);
      if (call.get('Action') === 'GetTemplate') {
        response.writeHead(200, { 'Content-Type': 'text/xml' });
        response.end(
          '<GetTemplateResponse><GetTemplateResult><TemplateBody>' +
            `${JSON.stringify(template)}</TemplateBody></GetTemplateResult></GetTemplateResponse>`,
        );
        return;
      }
      if (call.get('StackName') !== 'Identity') {
        response.writeHead(400, { 'Content-Type': 'text/xml' });
        response.end(
          '<ErrorResponse><Error><Code>ValidationError</Code>' +
            '<Message>Stack with id Other does not exist</Message></Error></ErrorResponse>',
        );
        return;
      }
      const members = Object.entries(outputs).map(
        ([key, value]) =>
          `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      );
      response.writeHead(200, { 'Content-Type': 'text/xml' });
      response.end(
        '<DescribeStacksResponse><DescribeStacksResult><Stacks><member>' +
          `<StackName>Identity</StackName><Outputs>${members.join('')}</Outputs>` +
          '</member></Stacks></DescribeStacksResult></DescribeStacksResponse>',
      );
    });
  });
}

/** Variables that lead the SDK to an API of this machine, with credentials. */
function environment(endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_CLOUDFORMATION: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  };
}

test('--stack finds the admin API and the table in the outputs of the stack', async () => {
  const { adminUrl, tableName, dynamodbEndpoint } = server();
  const api = cloudFormation({ AdminUrl: adminUrl, TableName: tableName });
  const env = environment(await listen(api));
  try {
    const listed = await run(['connections', 'list', '--stack', 'Identity', '--json'], { env });
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(listed.stdout)).toContainEqual(expect.objectContaining({ id: 'default' }));
    const fromEnvironment = await run(['connections', 'list', '--json'], {
      env: { ...env, CDK_SCIM_STACK: 'Identity' },
    });
    expect(fromEnvironment.code).toBe(0);
    // An option counts more than the environment.
    const byUrl = await run(['connections', 'list', '--admin-url', adminUrl], {
      env: { CDK_SCIM_STACK: 'Other' },
    });
    expect(byUrl.code).toBe(0);
    const created = ['connections', 'create', 'S', '--id', 'by-stack', '--stack', 'Identity'];
    expect((await run(created, { env })).code).toBe(0);
    const seeding = ['seed', '--users', '2', '--connection', 'by-stack', '--stack', 'Identity'];
    const seeded = await run([...seeding, '--dynamodb', dynamodbEndpoint], { env });
    expect(seeded.code).toBe(0);
    const other = await run(['connections', 'list', '--stack', 'Other'], { env });
    expect(other).toMatchObject({
      code: 2,
      stderr: 'There is no stack "Other" in us-east-1. Is --region right?\n',
    });
  } finally {
    await close(api);
  }
});

test('the doctor examines a stack, and says what it has no permission for', async () => {
  const { adminUrl } = server();
  const { secretName } = (await admin('GET', '/connections/default')).body as {
    secretName: string;
  };
  const variables = { DEPLOYMENT: secretName.replace(/\/default$/, ''), MAIL_FROM: 'a@b.example' };
  const ServiceToken = { 'Fn::GetAtt': ['Service', 'Arn'] };
  const Resources = {
    Service: {
      Type: 'AWS::Lambda::Function',
      Properties: { Description: 'SCIM: x', Environment: { Variables: variables } },
    },
    Lost: {
      Type: 'Custom::ScimConnection',
      Properties: { Id: 'lost', Settings: '{}', ServiceToken },
    },
  };
  const api = cloudFormation({ AdminUrl: adminUrl }, { Resources });
  const denying = createServer((_, response) => {
    response.writeHead(403, { 'x-amzn-ErrorType': 'AccessDeniedException' });
    response.end('{"__type":"AccessDeniedException","message":"You may not."}');
  });
  const env = { ...environment(await listen(api)), AWS_ENDPOINT_URL: await listen(denying) };
  try {
    const { code, stdout, stderr } = await run(['doctor', '--stack', 'Identity', '--json'], {
      env,
    });
    expect(code).toBe(1);
    const findings = JSON.parse(stdout) as readonly object[];
    expect(findings).toContainEqual(
      expect.objectContaining({ id: 'D125', seen: expect.stringContaining('"lost"') as string }),
    );
    for (const part of ['alarms', 'secrets', 'SES', 'the table']) {
      expect(stderr).toContain(`Not checked: ${part} (`);
    }
    expect(stderr).toContain('(You may not.)');
    const both = await run(['doctor', '--url', 'https://x.example', '--stack', 'Identity'], {
      env,
    });
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining('Leave out --url.')]);
  } finally {
    await close(api);
    await close(denying);
  }
});

test('missing credentials and a missing region are errors that say what to do', async () => {
  const nowhere = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  };
  const list = ['connections', 'list', '--stack', 'Identity'];
  expect(await run(list, { env: nowhere })).toMatchObject({
    code: 2,
    stderr: 'The AWS region is unknown. Add --region, or set AWS_REGION.\n',
  });
  expect(await run([...list, '--region', 'eu-central-1'], { env: nowhere })).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/^There are no AWS credentials: .* --profile\.\n$/) as string,
  });
});

const ENDPOINT = 'https://a1b2c3.execute-api.eu-central-1.amazonaws.com/scim/';

test.each([
  ['the outputs of the app', { AdminUrl: 'https://a/scim/admin', TableName: 't' }, 't'],
  ['outputs below a construct', { ScimAdminUrl: 'https://a/scim/admin', ScimTableName: 't' }, 't'],
  ['the endpoint of the REST API', { ScimApiEndpointBC384BA6: ENDPOINT }, undefined],
])('the URL is found in %s', (_, outputs, tableName) => {
  const entries = Object.entries(outputs);
  const listed = entries.map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
  expect(readOutputs(listed, 'Identity')).toEqual({
    adminUrl: expect.stringMatching(/\/scim\/admin$/),
    tableName,
  });
});

test('a stack without such outputs is an error that shows the output to add', () => {
  const outputs = [{ OutputKey: 'Url', OutputValue: 'https://a.example/' }];
  expect(() => readOutputs(outputs, 'Web')).toThrow(/"Web" has no output AdminUrl.*CfnOutput/s);
});
