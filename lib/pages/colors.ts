/*
 * Colors of the pages. Contrast is that of WCAG 2.2, success criterion 1.4.3, which asks for 4.5:1.
 * https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */

/** The least contrast of text. */
export const LEAST_CONTRAST = 4.5;

type Channels = readonly [number, number, number];

/** Reads a color such as `#2f5bea`. @returns undefined for any other text */
export function channelsOf(color: string): Channels | undefined {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return [parseInt(red, 16), parseInt(green, 16), parseInt(blue, 16)];
}

/** Returns the contrast of two colors: 1 for equal ones, 21 for black and white. */
export function contrastOf(one: Channels, other: Channels): number {
  const [lighter = 0, darker = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminanceOf(channels: Channels): number {
  const [red, green, blue] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Returns a color that is lightened until it has enough contrast on a dark background. */
export function lightened(color: Channels, background: Channels, contrast: number): string {
  let current = color;
  for (let step = 1; step <= 20 && contrastOf(current, background) < contrast; step += 1) {
    const share = step / 20;
    current = color.map((channel) => Math.round(channel + (255 - channel) * share)) as [
      number,
      number,
      number,
    ];
  }
  return `#${current.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}
