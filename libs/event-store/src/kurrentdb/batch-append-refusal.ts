// Reads the error of a batch append: a google.rpc.Status whose details say what kind it is.
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';

export type AppendRefusal =
  | { readonly kind: 'access-denied' }
  | { readonly kind: 'stream-deleted' }
  | { readonly kind: 'too-large'; readonly maxBytes: number }
  | { readonly kind: 'bad-request'; readonly text: string };

export type BatchAppendRefusal =
  | AppendRefusal
  | { readonly kind: 'wrong-revision' }
  | { readonly kind: 'outcome-unknown'; readonly text: string };

export function batchAppendRefusal(error: Status | undefined): BatchAppendRefusal {
  const details = error?.getDetails();
  const bytes = details?.getValue_asU8() ?? new Uint8Array();
  const kind: string = details?.getTypeName() ?? '';
  switch (kind) {
    case 'event_store.client.WrongExpectedVersion':
      return { kind: 'wrong-revision' };
    case 'event_store.client.AccessDenied':
      return { kind: 'access-denied' };
    case 'event_store.client.StreamDeleted':
      return { kind: 'stream-deleted' };
    case 'event_store.client.MaximumAppendSizeExceeded': {
      const maxBytes = shared.MaximumAppendSizeExceeded.deserializeBinary(bytes).getMaxappendsize();
      return { kind: 'too-large', maxBytes };
    }
    case 'event_store.client.BadRequest':
      return { kind: 'bad-request', text: shared.BadRequest.deserializeBinary(bytes).getMessage() };
    default:
      // A timeout of the server's, an election, a server that is starting or busy: it may have been written.
      return { kind: 'outcome-unknown', text: `the server says ${error?.getMessage() ?? ''} ${kind}`.trim() };
  }
}
