import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { ScimServiceProvider } from 'cdk-scim';

const stack = new Stack(new App(), 'Identity');
const scim = new ScimServiceProvider(stack, 'Scim', {
  branding: { productName: 'Northwind', accentColor: '#0b6b53' },
  portal: { returnOrigins: ['https://app.northwind.example'] },
});

// The settings page may make links to the portal, and nothing else of the admin API.
const page = new Role(stack, 'SettingsPage', { assumedBy: new AccountPrincipal(stack.account) });
scim.grantPortalLinks(page);

new CfnOutput(stack, 'AdminUrl', { value: scim.adminUrl });
new CfnOutput(stack, 'SettingsPageRole', { value: page.roleArn });
