import { Token } from 'aws-cdk-lib';
import { channelsOf, contrastOf, LEAST_CONTRAST, lightened } from './colors';
import type { BrandingProps } from './pages-props';

const DEFAULT_ACCENT = '#2f5bea';
const WHITE = [255, 255, 255] as const;
/** The background of cards in dark mode; the same as in ui/assets/style.css. */
const DARK = [22, 26, 33] as const;

/** Contrast of the accent color in dark mode, where it is also the color of links. */
const DARK_CONTRAST = 7;

/** Lambda limits the environment of a function to 4 KB. */
const MOST_LOGO_CHARACTERS = 2000;
const MOST_NAME_CHARACTERS = 60;

/**
 * Returns the branding as the function `ui` reads it from its environment, as JSON.
 * @throws Error for a color that is not readable, a logo that is too long, or a wrong name
 */
export function brandingOf({
  productName = 'SCIM',
  logoSvg,
  accentColor = DEFAULT_ACCENT,
}: BrandingProps = {}): string {
  if (!Token.isUnresolved(productName)) checkName(productName);
  if (logoSvg !== undefined) checkLogo(logoSvg);
  const accent = channelsOf(accentColor);
  if (accent === undefined) {
    throw new Error(`branding.accentColor must be a color such as #2f5bea, not "${accentColor}".`);
  }
  const contrast = contrastOf(accent, WHITE);
  if (contrast < LEAST_CONTRAST) {
    throw new Error(
      `branding.accentColor ${accentColor} has a contrast of ${contrast.toFixed(1)}:1 to white ` +
        `text; at least ${LEAST_CONTRAST}:1 is needed to read buttons. Choose a darker color.`,
    );
  }
  return JSON.stringify({
    productName,
    ...(logoSvg === undefined ? {} : { logoSvg }),
    accentColor: accentColor.toLowerCase(),
    darkAccentColor: lightened(accent, DARK, DARK_CONTRAST),
  });
}

function checkName(name: string): void {
  if (name.trim() !== '' && name.length <= MOST_NAME_CHARACTERS) return;
  throw new Error(
    `branding.productName must not be blank, and have at most ${MOST_NAME_CHARACTERS} characters.`,
  );
}

function checkLogo(svg: string): void {
  if (svg.length > MOST_LOGO_CHARACTERS) {
    throw new Error(
      `branding.logoSvg has ${svg.length} characters; at most ${MOST_LOGO_CHARACTERS} fit into ` +
        'the environment of a function. Simplify the logo, for example with "npx svgo".',
    );
  }
  if (!/^\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]/.test(svg)) {
    throw new Error('branding.logoSvg must be an SVG document that begins with <svg.');
  }
}
