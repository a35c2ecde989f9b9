import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ScimAdminClient } from 'cdk-scim/client';

const {
  ADMIN_URL: url = 'http://127.0.0.1:8080/scim/admin',
  APP_ORIGIN: origin = 'http://127.0.0.1:3000',
} = process.env;
const scim = new ScimAdminClient({ url });

/** The signed-in person. Your application has its own sessions; this one has a single customer. */
const PERSON = { email: 'it@acme.example', customer: 'default', isAdministrator: true };

const PAGE = `<!doctype html>
<html lang="en">
  <title>Settings</title>
  <h1>User provisioning</h1>
  <p>Let your identity provider create, update and deactivate your users.</p>
  <form method="post"><button>Set up SCIM</button></form>
</html>`;

/** Shows the settings page; its button leads to the portal, which leads back here. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(PAGE);
    return;
  }
  // The portal trusts the link: check here that the person may administer the customer.
  if (!PERSON.isAdministrator) {
    response.writeHead(403).end('Only administrators can set up SCIM.');
    return;
  }
  const link = await scim.createPortalLink(PERSON.customer, {
    recipient: PERSON.email,
    expiresInSeconds: 300,
    returnUrl: `${origin}/settings`,
  });
  response.writeHead(303, { Location: link.url, 'Cache-Control': 'no-store' }).end();
}

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    response.writeHead(502).end('The link could not be made. Try again.');
  });
});
server.listen(Number(new URL(origin).port), '127.0.0.1', () => {
  process.stdout.write(`The settings page is at ${origin}/settings\n`);
});
