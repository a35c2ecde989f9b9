import type { Examination } from './examination';
import type { Json } from './target';

/* Discovery (RFC 7644 section 4). */

/** Checks what the server says about itself. */
export async function checkDiscovery(exam: Examination): Promise<void> {
  const config = await exam.send({ method: 'GET', path: '/ServiceProviderConfig' });
  if (config.status !== 200 || config.body === undefined) {
    exam.report('noServiceProviderConfig', config, 'The configuration was expected.');
  } else {
    for (const feature of ['patch', 'filter'] as const) {
      if (isSupported(config.body, feature)) continue;
      exam.report('noServiceProviderConfig', config, `${feature}.supported must be true.`);
    }
  }
  for (const [path, names] of [
    ['/Schemas', ['urn:ietf:params:scim:schemas:core:2.0:User']],
    ['/ResourceTypes', ['User']],
  ] as const) {
    const reply = await exam.send({ method: 'GET', path });
    const { Resources: resources } = reply.body ?? {};
    const ids = Array.isArray(resources)
      ? resources.map(({ id, name }: Json) => String(id ?? name))
      : [];
    const missing = names.filter((name) => !ids.includes(name));
    if (reply.status !== 200 || missing.length > 0) {
      exam.report('noSchemas', reply, `A list with ${names.join(' and ')} was expected.`);
    }
  }
}

function isSupported(config: Json, feature: string): boolean {
  const value = config[feature];
  return typeof value === 'object' && value !== null && 'supported' in value
    ? value.supported === true
    : false;
}
