// How the ingest app introduces itself in its OpenAPI document.
import type { OpenApiInfo } from '@libs/platform';

export const OPEN_API_INFO: OpenApiInfo = {
  title: 'Agent Status History: ingest',
  description: 'Takes Freshworks onAgentUpdate payloads and appends each as an immutable event.',
  version: '1',
};
