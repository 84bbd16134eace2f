// Reads PromQL with Prometheus' own grammar.
import { parser } from '@prometheus-io/lezer-promql';

export interface PromQl {
  readonly isValid: boolean;
  readonly metrics: readonly string[];
  /** Labels that are grouped by or matched. */
  readonly labels: readonly string[];
  /** Labels of the result where the outermost aggregation names them; else null: those of the metrics. */
  readonly by: readonly string[] | null;
}

/** Grafana's variables stand for a duration. */
export function readPromQl(text: string): PromQl {
  const query = text.replaceAll('$__rate_interval', '5m');
  const metrics: string[] = [];
  const labels: string[] = [];
  let by: string[] | null = null;
  let isValid = true;
  parser.parse(query).iterate({
    enter: ({ type, node, from, to }) => {
      if (type.isError) isValid = false;
      if (type.name === 'Identifier' && node.parent?.name === 'VectorSelector')
        metrics.push(query.slice(from, to));
      if (type.name === 'LabelName') labels.push(query.slice(from, to));
      if (type.name === 'AggregateExpr') by ??= [];
      if (type.name === 'GroupingLabels' && by?.length === 0) {
        by = node.getChildren('LabelName').map((label) => query.slice(label.from, label.to));
      }
    },
  });
  return { isValid, metrics, labels, by };
}
