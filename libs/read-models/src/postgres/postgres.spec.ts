// What only PostgreSQL has: a lease, and schemas.
import { describeOn } from '../testing/describe-dialects.js';
import { PGLITE } from '../testing/dialects.js';
import { describeLease } from '../testing/lease-contract.js';
import { describeVersions } from '../testing/versions-contract.js';

describeOn(PGLITE, (database) => {
  describeLease(database);
  describeVersions(database);
});
