// What the ingest app injects besides classes.

/** `EventStore`. */
export const EVENT_STORE = Symbol('EVENT_STORE');
/** `PayloadDecoder`. */
export const DECODER = Symbol('DECODER');
/** `Quarantine`. */
export const QUARANTINE = Symbol('QUARANTINE');
/** `KafkaSource`, or null without brokers. */
export const KAFKA_SOURCE = Symbol('KAFKA_SOURCE');
/** `IngestLimits`. */
export const LIMITS = Symbol('LIMITS');
/** `() => number`, UTC epoch ms. */
export const NOW = Symbol('NOW');
