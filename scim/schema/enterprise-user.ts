import { attribute, complex, type Schema } from './attribute';

/** URN of the enterprise User extension (RFC 7643 section 4.3). */
export const ENTERPRISE_USER_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The enterprise User extension (RFC 7643 section 4.3, representation in section 8.7.1). */
export const ENTERPRISE_USER_SCHEMA: Schema = {
  id: ENTERPRISE_USER_URN,
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute('employeeNumber', 'The number or code that the organization assigned to the user.'),
    attribute('costCenter', 'The name of a cost center.'),
    attribute('organization', 'The name of an organization.'),
    attribute('division', 'The name of a division.'),
    attribute('department', 'The name of a department.'),
    complex('manager', "The user's manager.", [
      attribute('value', "The identifier of the manager's User resource.", { caseExact: true }),
      attribute('$ref', "The URI of the manager's User resource.", {
        type: 'reference',
        referenceTypes: ['User'],
      }),
      attribute('displayName', "The manager's display name.", { mutability: 'readOnly' }),
    ]),
  ],
};
