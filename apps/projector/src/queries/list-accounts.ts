// The accounts that have events and that the caller's key covers.
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { mayAccess, type Principal } from '@libs/platform';
import { z } from 'zod';
import { ReadModelReader } from './read-model-reader.js';

const zAccounts = z.looseObject({ accounts: z.array(z.looseObject({ accountId: z.string() })) });
export type AccountList = z.output<typeof zAccounts>;

export class ListAccounts extends Query<AccountList> {
  constructor(
    readonly principal: Principal,
    readonly minPosition: bigint | null,
    /** Fires when whoever asked no longer waits. */
    readonly gone: AbortSignal,
  ) {
    super();
  }
}

@QueryHandler(ListAccounts)
export class ListAccountsHandler implements IQueryHandler<ListAccounts, AccountList> {
  constructor(private readonly reader: ReadModelReader) {}

  async execute({ principal, minPosition, gone }: ListAccounts): Promise<AccountList> {
    const request = { name: 'accounts', parameters: {}, pages: null } as const;
    const text = await this.reader.answer({ request, minPosition }, gone);
    const body = zAccounts.parse(JSON.parse(text.toString()));
    return { ...body, accounts: body.accounts.filter(({ accountId }) => mayAccess(principal, accountId)) };
  }
}
