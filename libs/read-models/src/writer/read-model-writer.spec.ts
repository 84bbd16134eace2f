import { describeDialects } from '../testing/describe-dialects.js';
import { describeWriter } from '../testing/writer-contract.js';

describeDialects(describeWriter);
