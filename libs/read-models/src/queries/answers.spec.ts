// SQLite is what every other database must agree with.
import { describeAnswers } from '../testing/answers-contract.js';
import { describeOn } from '../testing/describe-dialects.js';
import { PGLITE } from '../testing/dialects.js';

describeOn(PGLITE, describeAnswers);
