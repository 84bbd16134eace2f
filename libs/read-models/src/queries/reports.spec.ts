import { describeDialects } from '../testing/describe-dialects.js';
import { describeReports } from '../testing/reports-contract.js';

describeDialects(describeReports);
