/** Takes a value and returns the placeholder of the parameter that it becomes. */
export type Bind = (value: unknown, type: string) => string;

/** Collects what is bound in `values`, in the order in which it is bound. */
export function bindInto(values: unknown[]): Bind {
  return (value, type) => `$${values.push(value)}::${type}`;
}
