// Payloads as the service decodes them.
import { decodeAgentUpdateText, type DecodedUpdate } from '@libs/domain';

/** Throws on one that would be quarantined. */
export function decoded(lines: readonly Buffer[]): DecodedUpdate[] {
  return lines.map((line) => {
    const result = decodeAgentUpdateText(line, Date.now());
    if (!result.ok) throw new Error(`a payload was refused: ${result.code}`);
    return result.update;
  });
}
