import { createHash } from 'node:crypto';
import type { Branding } from '../parts/branding';
import script from './page.asset.js';
import sheet from './style.css';

/** A file that pages load. Its name changes with its content, so that browsers may keep it. */
export interface Asset {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
}

/** The files that pages load. */
export interface Assets {
  readonly style: Asset;
  readonly script: Asset;
}

/** Returns the style sheet with the branding's colors, and the script. */
export function assetsOf({ accentColor, darkAccentColor }: Branding): Assets {
  const colors = `:root{--accent:${accentColor};--accent-dark:${darkAccentColor}}`;
  return {
    style: asset('css', 'text/css', `${colors}\n${sheet}`),
    script: asset('js', 'text/javascript', script),
  };
}

function asset(extension: string, mediaType: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  return { name: `${hash}.${extension}`, mediaType, content };
}
