import { describeDialects } from '../testing/describe-dialects.js';
import { describeLateEvents } from '../testing/late-events-contract.js';

describeDialects(describeLateEvents);
