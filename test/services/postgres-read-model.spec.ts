// The read model's suites, on the PostgreSQL that is there.
import { beforeAll } from '@jest/globals';
import { describeAnswers } from '../../libs/read-models/src/testing/answers-contract.js';
import { describeOn } from '../../libs/read-models/src/testing/describe-dialects.js';
import { describeLease } from '../../libs/read-models/src/testing/lease-contract.js';
import { describeReports } from '../../libs/read-models/src/testing/reports-contract.js';
import { describeSessions } from '../../libs/read-models/src/testing/sessions-contract.js';
import { describeVersions } from '../../libs/read-models/src/testing/versions-contract.js';
import { describeWriter } from '../../libs/read-models/src/testing/writer-contract.js';
import { realPostgres } from './running/postgres-models.js';
import { requireService } from './running/services.js';

let url = '';
beforeAll(async () => {
  url = await requireService('TEST_POSTGRES_URL');
});

describeOn(
  realPostgres(() => url),
  (database) => {
    for (const suite of [
      ...[describeWriter, describeReports, describeSessions],
      ...[describeAnswers, describeLease, describeVersions],
    ]) {
      suite(database);
    }
  },
);
