/** Returns the path of a connection in both APIs. */
export function connectionPath(id: string): string {
  return `/connections/${encodeURIComponent(id)}`;
}
