import { describeDialects } from '../testing/describe-dialects.js';
import { describeSessions } from '../testing/sessions-contract.js';

describeDialects(describeSessions);
