import type { FC, PropsWithChildren } from 'hono/jsx';
import type { Assets } from '../assets/assets';
import type { Branding } from './branding';

/** Properties that all pages of the portal, or all pages of the console, share. */
export interface Frame {
  readonly branding: Branding;
  readonly assets: Assets;
  /** URL path of the portal or the console, such as `/scim/portal`. */
  readonly root: string;
}

interface DocumentProps {
  readonly frame: Frame;
  readonly title: string;
  /** Links to the main pages. */
  readonly navigation?: unknown;
  /** Right of the header: whose session it is, and the button that ends it. */
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

/** Returns an image URL. Browsers run no scripts and load nothing from an SVG in an image. */
function dataUrl(svg: string): string {
  return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
