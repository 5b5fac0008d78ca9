import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  type DataSourceRef,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as GraphPanel } from '@grafana/grafana-foundation-sdk/timeseries';

/** A part of a dashboard, ready to be placed. */
export type AnyPanel = Builder<Panel>;

/** A dashboard is 24 columns wide. */
const thirdOfWidth = 8;

/** What every panel says of itself, and what it asks. */
export interface PanelContent {
  readonly title: string;
  /** What one should know to read it right; the promise where there is one. */
  readonly description?: string;
  /** As Grafana names it: `s`, `bytes`, `percentunit`, `short`; anything else is shown behind the number. */
  readonly unit: string;
  readonly datasource: DataSourceRef;
  readonly queries: readonly Builder<Dataquery>[];
  /** Columns of the 24. */
  readonly width?: number;
}

/** Values from which on a figure is not well (orange) and bad (red); with `isFloor` those below which it is. */
export interface Limits {
  readonly orange: number;
  readonly red: number;
  readonly isFloor?: true;
}

/** How a graph is drawn. */
export interface GraphStyle {
  readonly kind?: 'lines' | 'bars' | 'stacked bars' | 'stacked lines' | 'points';
  readonly limits?: Limits;
  /** Draws a line through times without a value. */
  readonly joinsGaps?: true;
  /** Shows the range of the values, and not all from zero on. */
  readonly isZoomed?: true;
}

function thresholdsOf({ orange, red, isFloor }: Limits): ThresholdsConfigBuilder {
  const steps = isFloor
    ? [
        { value: null, color: 'red' },
        { value: red, color: 'orange' },
        { value: orange, color: 'green' },
      ]
    : [
        { value: null, color: 'green' },
        { value: orange, color: 'orange' },
        { value: red, color: 'red' },
      ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Values over time. */
export function graph(
  content: PanelContent,
  { kind = 'lines', limits, joinsGaps, isZoomed }: GraphStyle = {},
): AnyPanel {
  const { title, description, unit, datasource, queries, width = thirdOfWidth } = content;
  const isStacked = kind.startsWith('stacked');
  const drawStyle = { bars: GraphDrawStyle.Bars, points: GraphDrawStyle.Points, lines: GraphDrawStyle.Line };
  const panel = new GraphPanel()
    .title(title)
    .unit(unit)
    .datasource(datasource)
    .targets([...queries])
    .span(width)
    .height(8)
    .drawStyle(drawStyle[kind.replace('stacked ', '') as keyof typeof drawStyle])
    .fillOpacity(kind === 'lines' || kind === 'points' ? 10 : 60)
    .lineWidth(1)
    .showPoints(kind === 'points' ? VisibilityMode.Always : VisibilityMode.Auto)
    .spanNulls(joinsGaps ?? false)
    .stacking(new StackingConfigBuilder().mode(isStacked ? StackingMode.Normal : StackingMode.None))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (description !== undefined) panel.description(description);
  if (isZoomed !== true) panel.min(0);
  if (limits === undefined) return panel;
  return panel
    .thresholds(thresholdsOf(limits))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
}

/** The newest value, large, in the colour of its limits. */
export function figure(content: PanelContent, limits?: Limits, decimals?: number): AnyPanel {
  const { title, description, unit, datasource, queries, width = 4 } = content;
  const panel = new StatPanel()
    .title(title)
    .unit(unit)
    .datasource(datasource)
    .targets([...queries])
    .span(width)
    .height(4)
    .noValue('nothing yet')
    .colorMode(limits === undefined ? BigValueColorMode.None : BigValueColorMode.Background);
  if (description !== undefined) panel.description(description);
  if (decimals !== undefined) panel.decimals(decimals);
  return limits === undefined ? panel : panel.thresholds(thresholdsOf(limits));
}

/** Rows. */
export function table(content: PanelContent): AnyPanel {
  const { title, description, unit, datasource, queries, width = 24 } = content;
  const panel = new TablePanel()
    .title(title)
    .unit(unit)
    .datasource(datasource)
    .targets([...queries])
    .span(width)
    .height(8);
  return description === undefined ? panel : panel.description(description);
}
