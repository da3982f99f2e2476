/**
 * A real table: caption, scoped heads, sorting by buttons in the heads, and a
 * scroll box that the keyboard can reach when the screen is narrow. The heads
 * stay in sight: at the top of the window where the table fits the page, else
 * at the top of its box.
 */
import type { ComponentChildren } from "preact";
import { Fragment } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../strings";
import { useFits } from "./fits";

export interface Column<R> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: R) => ComponentChildren;
  readonly sort?: ((row: R) => string | number | null) | undefined;
  readonly numeric?: boolean;
  readonly rowHead?: boolean;
  readonly wide?: boolean;
  /** A date or another short word that must not be broken into two lines. */
  readonly short?: boolean;
  /** Left out on a tablet, because another column says nearly the same. */
  readonly extra?: boolean;
}

interface TableProps<R> {
  readonly caption: string;
  readonly captionHidden?: boolean;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  readonly empty?: string;
  /** What opens below a row, across all columns. */
  readonly below?: (row: R) => ComponentChildren;
  readonly foot?: ComponentChildren;
  readonly rowClass?: (row: R) => string | undefined;
}

interface Order {
  readonly key: string;
  readonly down: boolean;
}

export function Table<R>(props: TableProps<R>) {
  const caption = useId();
  const [order, setOrder] = useState<Order | null>(null);
  const [box, fits] = useFits();
  const rows = ordered(props.rows, props.columns, order);
  return (
    <section
      ref={box}
      class={fits ? "scroll unscrolled" : "scroll"}
      aria-labelledby={caption}
      // A box that scrolls must be reachable by keyboard; one that does not is no stop on the way.
      tabIndex={fits ? undefined : 0}
      onFocusIn={fits ? undefined : wholeBox}
    >
      <table>
        <caption id={caption} class={props.captionHidden ? "unseen" : undefined}>
          {props.caption}
        </caption>
        <thead>
          <tr>
            {props.columns.map((column) => (
              <Head key={column.key} column={column} order={order} onOrder={setOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={props.rowKey(row)} row={row} table={props} />
          ))}
          {rows.length === 0 ? (
            <tr>
              <td class="empty" colSpan={props.columns.length}>
                {props.empty ?? t.none}
              </td>
            </tr>
          ) : null}
        </tbody>
        {props.foot ? <tfoot>{props.foot}</tfoot> : null}
      </table>
    </section>
  );
}

/**
 * Whoever goes through a box by keyboard sees all of it, the heads of its columns at its top
 * included. A box that is higher than the window has its heads with its first rows only. Not for
 * the mouse: the page must not move below a finger that is pressing.
 */
function wholeBox({ currentTarget, target }: FocusEvent): void {
  const box = currentTarget as HTMLElement;
  if (box.clientHeight > window.innerHeight) return;
  if ((target as HTMLElement).matches(":focus-visible")) box.scrollIntoView({ block: "nearest" });
}

interface HeadProps<R> {
  readonly column: Column<R>;
  readonly order: Order | null;
  readonly onOrder: (order: Order) => void;
}

function Head<R>({ column, order, onOrder }: HeadProps<R>) {
  const current = order?.key === column.key ? order : null;
  const direction = current ? (current.down ? "descending" : "ascending") : undefined;
  const kind = classes(column);
  if (!column.sort)
    return (
      <th scope="col" class={kind}>
        {column.head}
      </th>
    );
  return (
    <th scope="col" class={kind} aria-sort={direction}>
      <button
        type="button"
        class="sort"
        onClick={() => onOrder({ key: column.key, down: current ? !current.down : false })}
      >
        {column.head}
        <span aria-hidden="true" class="arrow">
          {current ? (current.down ? "▼" : "▲") : "↕"}
        </span>
      </button>
    </th>
  );
}

function Row<R>({ row, table }: { readonly row: R; readonly table: TableProps<R> }) {
  const below = table.below?.(row);
  return (
    <Fragment>
      <tr class={table.rowClass?.(row)}>
        {table.columns.map((column) =>
          column.rowHead ? (
            <th key={column.key} scope="row" class={classes(column)}>
              {column.cell(row)}
            </th>
          ) : (
            <td key={column.key} class={classes(column)}>
              {column.cell(row)}
            </td>
          ),
        )}
      </tr>
      {below ? (
        <tr class="below">
          <td colSpan={table.columns.length}>{below}</td>
        </tr>
      ) : null}
    </Fragment>
  );
}

function classes<R>(column: Column<R>): string | undefined {
  if (column.numeric) return "number";
  const kinds = [column.short && "short", column.wide && "wide", column.extra && "extra"];
  return kinds.filter(Boolean).join(" ") || undefined;
}

function ordered<R>(
  rows: readonly R[],
  columns: readonly Column<R>[],
  order: Order | null,
): readonly R[] {
  const by = columns.find((column) => column.key === order?.key)?.sort;
  if (!by || !order) return rows;
  return [...rows].sort((left, right) => compared(by(left), by(right), order.down));
}

/** Empty values come last whichever way the column is sorted. */
function compared(
  left: string | number | null,
  right: string | number | null,
  down: boolean,
): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  const up =
    typeof left === "number" && typeof right === "number"
      ? left - right
      : String(left).localeCompare(String(right), "en", { numeric: true });
  return down ? -up : up;
}
