import type { Hono } from 'hono';
import type { LogPage, ResourceInfo, ResourcePage, ResourceTypeInfo } from '../api-data';
import { LogTable } from '../parts/log';
import { Badge, Card, Empty, Facts, Head, JsonText, NextPage, Table } from '../parts/parts';
import { numberText } from '../parts/times';
import { get } from '../web/backend';
import { respond } from '../web/respond';
import type { PageEnvironment } from '../web/types';
import { connectionIn, ConnectionPage, enterConnection } from './frame';

const PAGE = '50';

interface ResourceTypes {
  readonly resourceTypes: readonly ResourceTypeInfo[];
}

/** Adds the pages of the resource types, of the resources of a type, and of a resource. */
export function addResources(app: Hono<PageEnvironment>): void {
  app.get('/console/connections/:id/resources', async (context) => {
    const [desk, { resourceTypes }] = await enterConnection<[ResourceTypes]>(
      context,
      get(`${connectionIn(context)}/resourceTypes`),
    );
    const { path } = desk;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Resources">
        <Card>
          {resourceTypes.length === 0 ? (
            <Empty title="Users and groups only">
              Other types, such as roles, are defined with <code>resourceTypes</code> of the admin
              API or of the stack.
            </Empty>
          ) : (
            <Table
              label="Resource types"
              columns={['Type', 'Managed by', 'Assigned as', 'Resources']}
            >
              {resourceTypes.map(({ name, endpoint, managedBy, assignedAs, ...type }) => (
                <tr>
                  <td>
                    <a href={`${path}/resources/${name}`}>
                      <strong>{name}</strong>
                    </a>
                    <span class="sub">{endpoint}</span>
                  </td>
                  <td data-label="Managed by">
                    {managedBy === 'application' ? 'The application' : 'The identity provider'}
                  </td>
                  <td data-label="Assigned as">
                    {assignedAs === undefined
                      ? '–'
                      : `${assignedAs}, ${type.assignments ?? 'lenient'}`}
                  </td>
                  <td data-label="Resources">{numberText(type.count)}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
      </ConnectionPage>,
    );
  });

  app.get('/console/connections/:id/resources/:type', async (context) => {
    const { search = '', cursor } = context.req.query();
    const type = encodeURIComponent(context.req.param('type'));
    const [desk, { resources, nextCursor }, { resourceTypes }] = await enterConnection<
      [ResourcePage, ResourceTypes]
    >(
      context,
      search === ''
        ? get(`${connectionIn(context, 'app/v1')}/resources/${type}`, { limit: PAGE, cursor })
        : get(`${connectionIn(context)}/resources/${type}`, { search }),
      get(`${connectionIn(context)}/resourceTypes`),
    );
    const definition = resourceTypes.find(({ name }) => name === type);
    const path = `${desk.path}/resources/${type}`;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Resources" title={type}>
        <Head level={2} title={type} beside={definition && <OriginBadge of={definition} />}>
          {definition?.description === type ? undefined : definition?.description}
        </Head>
        <form class="row search" method="get" action={path} role="search">
          <input
            type="search"
            name="search"
            value={search}
            placeholder="Name, external id, unique value or id"
            aria-label="Name, external id, unique value or id"
          />
          <button>Search</button>
        </form>
        <Card>
          {resources.length === 0 ? (
            <Empty title={search === '' ? 'There are none yet' : 'No resource has this value'}>
              {definition?.managedBy === 'application'
                ? 'The application publishes them. A search finds whole values.'
                : 'The identity provider creates them. A search finds whole values.'}
            </Empty>
          ) : (
            <Table label={type} columns={['Resource', 'External id', 'Id']}>
              {resources.map(({ id, displayName, externalId }) => (
                <tr>
                  <td>
                    <a href={`${path}/${id}`}>
                      <strong>{displayName ?? id}</strong>
                    </a>
                  </td>
                  <td data-label="External id">{externalId ?? '–'}</td>
                  <td data-label="Id">{id}</td>
                </tr>
              ))}
            </Table>
          )}
        </Card>
        <NextPage cursor={nextCursor} href={path} />
        {definition === undefined ? null : (
          <Card title="Definition">
            <Facts
              of={[
                ['Schema', definition.schema],
                ['Endpoint', definition.endpoint],
                ['Resources', numberText(definition.count)],
              ]}
            />
          </Card>
        )}
      </ConnectionPage>,
    );
  });

  app.get('/console/connections/:id/resources/:type/:resourceId', async (context) => {
    const type = encodeURIComponent(context.req.param('type'));
    const id = encodeURIComponent(context.req.param('resourceId'));
    const [desk, resource, history] = await enterConnection<[ResourceInfo, LogPage]>(
      context,
      get(`${connectionIn(context, 'app/v1')}/resources/${type}/${id}`),
      get(`${connectionIn(context)}/history/${id}`),
    );
    const name = resource.displayName ?? resource.id;
    return respond(
      context,
      <ConnectionPage desk={desk} tab="Resources" title={name}>
        <Head level={2} title={name}>
          <a href={`${desk.path}/resources/${type}`}>{type}</a>
        </Head>
        <Card title="SCIM resource">
          <JsonText label="SCIM resource" value={resource.scim} />
        </Card>
        <Card title="History">
          <LogTable entries={history.requests} />
        </Card>
      </ConnectionPage>,
    );
  });
}

const OriginBadge = ({ of: { isDeclared } }: { readonly of: ResourceTypeInfo }) => (
  <Badge state="idle">{isDeclared ? 'Declared in the stack' : 'Of this connection'}</Badge>
);
