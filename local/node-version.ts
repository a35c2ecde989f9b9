/*
 * Ends the process with a clear message on a version of Node.js that is too old. Imported first:
 * other modules fail there with errors that do not name the cause.
 */
const NEEDED = 20;

const [major = '0'] = process.versions.node.split('.');
if (Number(major) < NEEDED) {
  process.stderr.write(
    `cdk-scim needs Node.js ${NEEDED} or newer; this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
