/** Ends what start-server.ts started. */
export default async function stop(): Promise<void> {
  await globalThis.scimServer?.stop();
}
