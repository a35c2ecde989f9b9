import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Assets } from '../assets/assets';
import type { Branding } from './branding';

/** What every page of an audience has in common. */
export interface Frame {
  readonly branding: Branding;
  readonly assets: Assets;
  /** URL path below which this audience's pages are, such as `/scim/portal`. */
  readonly root: string;
}

interface DocumentProps {
  readonly frame: Frame;
  readonly title: string;
  /** Links to other parts of the pages. */
  readonly navigation?: unknown;
  /** Who the visitor is, at the right. */
  readonly visitor?: unknown;
}

/** A whole page: its header, and its content in `main`. */
export const Document: FC<PropsWithChildren<DocumentProps>> = ({
  frame: { branding, assets, root },
  title,
  navigation,
  visitor,
  children,
}) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · ${branding.productName}`}</title>
      <link rel="icon" href={iconOf(branding)} />
      <link rel="stylesheet" href={`${root}/assets/${assets.style.name}`} />
      <script src={`${root}/assets/${assets.script.name}`} defer></script>
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <div class="inside">
          <a class="brand" href={root}>
            <Logo branding={branding} />
          </a>
          {navigation}
          <div class="who">{visitor}</div>
        </div>
      </header>
      <main id="main" class="inside">
        {children}
      </main>
    </body>
  </html>
);

const Logo: FC<{ readonly branding: Branding }> = ({ branding: { productName, logoSvg } }) =>
  logoSvg === undefined ? (
    <>
      <span class="letter" aria-hidden="true">
        {letterOf(productName)}
      </span>
      {productName}
    </>
  ) : (
    <>
      <img src={dataUrl(logoSvg)} alt="" />
      {productName}
    </>
  );

function letterOf(name: string): string {
  return (Array.from(name.trim())[0] ?? 'S').toUpperCase();
}

function iconOf({ productName, accentColor }: Branding): string {
  const letter = letterOf(productName).replace(/[<&]/, 'S');
  return dataUrl(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28">' +
      `<rect width="28" height="28" rx="7" fill="${accentColor}"/>` +
      '<text x="14" y="20" text-anchor="middle" font-family="sans-serif" font-weight="700" ' +
      `font-size="16" fill="#fff">${letter}</text></svg>`,
  );
}

/** An SVG in an image runs no scripts and loads nothing. */
function dataUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
