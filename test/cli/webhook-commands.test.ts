import { command, commandJson } from '../support/command';
import { WebhookReceiver } from '../support/webhook-receiver';

test('a webhook is created, tested, changed and deleted', async () => {
  const receiver = await WebhookReceiver.start();
  try {
    const { id, secret } = await commandJson(
      ...['webhooks', 'create', receiver.url, '--connection', 'nobody', '--show'],
    );
    expect(secret).toMatch(/^whsec_/);
    expect(await command('webhooks', 'test', id)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^The test succeeded \(200\) in \d+ ms\.\n$/) as string,
    });
    receiver.react = () => 500;
    expect(await command('webhooks', 'test', id)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('failed (500)') as string,
    });
    const failed = await commandJson('webhooks', 'deliveries', id, '--failed');
    expect(failed).toMatchObject([{ type: 'webhook.test', status: 'failed', statusCode: 500 }]);
    expect(await commandJson('webhooks', 'update', id, '--disable')).toMatchObject({
      enabled: false,
      disabledReason: 'operator',
    });
    const disabled = await command('webhooks', 'test', id);
    expect([disabled.code, disabled.stderr]).toEqual([2, expect.stringContaining('is disabled')]);
    expect(await commandJson('webhooks', 'update', id, '--type', 'all')).toMatchObject({
      types: [],
    });
    const rotated = await commandJson('webhooks', 'rotate-secret', id, '--show');
    expect([rotated.secret.startsWith('whsec_'), rotated.secret === secret]).toEqual([true, false]);
    expect(await command('webhooks', 'delete', id, '--yes')).toMatchObject({ code: 0 });
    expect(await command('webhooks', 'show', id)).toMatchObject({ code: 2 });
  } finally {
    await receiver.stop();
  }
});
