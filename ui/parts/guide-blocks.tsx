import { raw } from 'hono/html';
import type { FC } from 'hono/jsx';
import { marked } from 'marked';
import type { ConnectionInfo } from '../data';
import { blocksFor, type Block, type Field, type Guide } from '../../idp/guides/guide';
import { MAPPING_ROWS } from '../../idp/guides/mapping-rows';
import { CopyField, LaterField, Notice, Table } from './parts';

/** The guide's own Markdown, never a visitor's text. */
const Markdown: FC<{ readonly source: string }> = ({ source }) =>
  raw(marked.parse(source, { async: false }));

interface BlocksProps {
  readonly blocks: readonly Block[];
  readonly guide: Guide;
  readonly connection: ConnectionInfo;
  /** Prefix of the ids of elements, unique on the page. */
  readonly id: string;
}

/** The parts of a step, with the values of a connection. */
export const GuideBlocks: FC<BlocksProps> = ({ blocks, guide, connection, id }) => (
  <>
    {blocksFor(blocks, connection).map((block, index) => (
      <GuideBlock block={block} guide={guide} connection={connection} id={`${id}-${index}`} />
    ))}
  </>
);

const GuideBlock: FC<{
  readonly block: Block;
  readonly guide: Guide;
  readonly connection: ConnectionInfo;
  readonly id: string;
}> = ({ block, guide, connection, id }) => {
  if (typeof block === 'string') return <Markdown source={block} />;
  if ('fields' in block) {
    return (
      <>
        {block.fields.map((field, index) => (
          <GuideField field={field} connection={connection} id={`${id}-${index}`} />
        ))}
      </>
    );
  }
  if ('mappingTable' in block) return <MappingTable guide={guide} />;
  if ('usersOnly' in block) {
    return (
      <Notice state="warning" title="This connection takes users only.">
        <Markdown source={block.usersOnly} />
      </Notice>
    );
  }
  if ('withGroups' in block) return <Markdown source={block.withGroups} />;
  if ('customAttributes' in block) {
    return (
      <>
        <Markdown source={block.customAttributes} />
        {connection.schemas.flatMap((schema, at) =>
          schema.attributes.map((name, index) => (
            <CopyField
              label={name}
              value={`${schema.id}:${name}`}
              id={`${id}-${at}-${index}-${name}`}
            />
          )),
        )}
      </>
    );
  }
  if ('columns' in block) return <GuideTable columns={block.columns} rows={block.rows} />;
  return (
    <>
      <pre tabindex={0} role="region" aria-label="Template">
        <code id={id}>{block.code}</code>
      </pre>
      <div>
        <button type="button" data-copy={id} hidden>
          Copy
        </button>
      </div>
    </>
  );
};

const GuideTable: FC<{
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}> = ({ columns, rows }) => (
  <Table label={columns.join(', ')} columns={columns}>
    {rows.map((cells) => (
      <tr>
        {cells.map((cell) => (
          <td>{raw(marked.parseInline(cell, { async: false }))}</td>
        ))}
      </tr>
    ))}
  </Table>
);

const GuideField: FC<{
  readonly field: Field;
  readonly connection: ConnectionInfo;
  readonly id: string;
}> = ({ field: { label, value }, connection, id }) => {
  if (typeof value === 'string') {
    return (
      <p>
        {label}: <strong>{raw(marked.parseInline(value, { async: false }))}</strong>
      </p>
    );
  }
  return value.is === 'baseUrl' ? (
    <CopyField label={label} value={connection.scimBaseUrl} id={id} />
  ) : (
    <LaterField label={label}>You create it in the next step. Test and save after that.</LaterField>
  );
};

/** The rows of the mapping, with the identity provider's own attributes. */
const MappingTable: FC<{ readonly guide: Guide }> = ({ guide: { name, mapping } }) => {
  const hasOwn = Object.keys(mapping).length > 0;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="Attribute mapping">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">Shown as</th>
            <th scope="col">SCIM attribute</th>
            {hasOwn ? <th scope="col">{`${name} attribute`}</th> : null}
          </tr>
        </thead>
        <tbody>
          {MAPPING_ROWS.map(({ path, shownAs }) => (
            <tr>
              <td>{shownAs}</td>
              <td data-label="SCIM">
                <code>{path}</code>
              </td>
              {hasOwn ? <td data-label={name}>{mapping[path] ?? '–'}</td> : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};
