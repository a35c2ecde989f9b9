/** Name, logo and colors of the pages; the construct checks them. */
export interface Branding {
  readonly productName: string;
  readonly logoSvg?: string;
  /** `#2f5bea` */
  readonly accentColor: string;
  /** The accent color in dark mode. */
  readonly darkAccentColor: string;
}

/** The branding of a deployment without one. */
export const DEFAULT_BRANDING: Branding = {
  productName: 'SCIM',
  accentColor: '#2f5bea',
  darkAccentColor: '#8aa6ff',
};

/** Returns the product's name in a sentence. */
export function productIn({ productName }: Branding): string {
  return productName === DEFAULT_BRANDING.productName ? 'the application' : productName;
}
