// Where the services are: as `services:up` left them, or as TEST_* variables say.
import { findServices } from '../../../tools/services/services.js';
import { servicesFolder } from '../../../tools/services/services-state.js';

/** Throws one line when they are missing: no service test is ever skipped. */
export async function requireService(name: string): Promise<string> {
  const found = await findServices(servicesFolder(process.env), process.env);
  const value = found?.[name];
  if (value === undefined) throw new Error(`${name} is not known: run npm run services:up first`);
  return value;
}
