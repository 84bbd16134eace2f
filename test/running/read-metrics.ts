// Reads an app's metrics as Prometheus does.

/** Gives the sum of a metric over its labels. */
export async function readMetrics(app: string): Promise<(name: string) => number> {
  const text = await (await fetch(`${app}/metrics`)).text();
  const samples = text.split('\n').map((line) => /^(\w+)(?:\{.*\})? (\S+)$/.exec(line));
  return (name) => {
    const own = samples.filter((sample) => sample?.[1] === name);
    if (own.length === 0) throw new Error(`no metric ${name}`);
    return own.reduce((sum, sample) => sum + Number(sample?.[2]), 0);
  };
}
