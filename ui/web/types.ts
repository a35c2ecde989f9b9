import type { Backend } from './backend';
import type { Branding } from '../parts/branding';

/** Settings and services of a request to the pages. */
export interface PageBindings {
  /** The path below which the deployment is served, such as `/scim`. */
  readonly base: string;
  /** Whether the request came over HTTPS: always, except on a developer's machine. */
  readonly isSecure: boolean;
  readonly backend: Backend;
  /** Logs a fault of the pages. */
  readonly onFault: (error: Error) => void;
  readonly branding: Branding;
  /** Pages that are on: `portal`, `console`; `openId` if operators use OpenID Connect. */
  readonly pages: ReadonlySet<string>;
}

/** The environment of the pages' routes. */
export interface PageEnvironment {
  Bindings: PageBindings;
}
